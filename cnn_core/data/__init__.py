"""Images in, arrays out: uint8, N x H x W x C, channels last."""
