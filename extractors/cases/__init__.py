"""An Article becomes a draft case, by rules or by a language model."""
