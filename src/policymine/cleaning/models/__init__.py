"""Model files of the cleaning station; see model_card.md."""
