"""Own data: from a file that a stranger sends to a data set. The files are read in processes of their own."""
