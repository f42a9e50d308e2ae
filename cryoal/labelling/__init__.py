"""Labelling by people: sessions, bundles, agreement and audit; free of Qt."""
