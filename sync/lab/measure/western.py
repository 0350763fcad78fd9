"""Words of Western Europe with letters that old Vietnamese text is mistaken for: nothing in them may be converted."""

WORDS: tuple[str, ...] = (
    "Loïc", "Anaïs", "Thérèse", "François", "Benoît", "Noël", "Gaël", "Aimé", "André", "Chloé", "Zoë",
    "Hélène", "Jérôme", "Sébastien", "Rémi", "Cédric", "Étienne", "Maël", "Élodie", "Raphaël", "Agnès",
    "Solène", "Inès", "Besançon", "Sète", "Nîmes", "Orléans", "Béziers", "Évreux", "Angoulême", "Mâcon",
    "Épinal", "Sénégal", "Haïti", "Rhône", "Isère", "Lozère", "Hérault", "Caïn", "Saül", "Moïse", "naïf",
    "maïs", "été", "thé", "né", "blé", "pré", "forêt", "île", "hôtel", "côté", "où", "là", "déjà", "août",
    "sûr", "mûr", "bûche", "lieu-dit", "Müller", "Schröder", "Jürgen", "Köln", "Düsseldorf", "Zürich",
    "Bäcker", "Größe", "Straße", "Übersee", "Muñoz", "Peña", "Niño", "España", "José", "María", "Ramón",
    "Gómez", "Sánchez", "Íñigo", "São", "João", "Conceição", "Açores", "Ceará", "Goiás", "Paraná",
    "Ångström", "Åse", "Øystein", "Sørensen", "Håkan", "Bjørn", "Þór", "Malmö", "Tromsø", "Ærø", "m²",
    "12 m²", "n°5", "§3", "½", "“x”", "a–b", "10 €", "Nº 1",
)  # fmt: skip
