"""Structure -> density -> tilt series -> reconstruction -> subtomogram."""
