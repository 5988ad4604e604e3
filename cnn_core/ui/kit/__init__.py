"""What all pages share: forms, errors, links, the session, the services."""
