"""Recurrent networks on ordinary machines: fast, visible, hard to break."""
