"""Swedish sentences about findings, ready to paste: one module per kind of answer."""
