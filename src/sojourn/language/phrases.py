"""The words in which a framework is told, in the languages that Sojourn speaks.

They stand here, not with the web pages, because a codebook is made without them.
"""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("en", "fr", "es", "ar")
RIGHT_TO_LEFT = frozenset(("ar", "fa", "he", "ps", "ur", "dv", "ku", "prs"))

_PHRASES: Mapping[str, tuple[str, str, str, str]] = {
    # parts of the document
    "about": ("About", "À propos", "Acerca de", "نبذة"),
    "id": ("Id", "Identifiant", "Identificador", "المعرّف"),
    "version": ("Version", "Version", "Versión", "الإصدار"),
    "digest": ("Digest", "Empreinte", "Huella", "البصمة"),
    "languages": ("Languages", "Langues", "Idiomas", "اللغات"),
    "unit": ("About whom", "À propos de qui", "Sobre quién", "عمّن"),
    "individual": ("one person", "une personne", "una persona", "شخص واحد"),
    "household": ("one household", "un ménage", "un hogar", "أسرة واحدة"),
    "licence": ("Terms", "Conditions", "Condiciones", "الشروط"),
    "source": ("Source", "Source", "Fuente", "المصدر"),
    "basis": ("Founded on", "Fondé sur", "Se basa en", "يستند إلى"),
    "note": ("Note", "Remarque", "Nota", "ملاحظة"),
    "contents": ("In this codebook", "Dans ce livret", "En este libro", "في هذا الدليل"),
    "overview": ("At a glance", "En un coup d’œil", "De un vistazo", "نظرة سريعة"),
    "factors": ("Factors", "Facteurs", "Factores", "العوامل"),
    "responses": ("Responses", "Réponses à apporter", "Respuestas", "الاستجابات"),
    "measures": ("Measures", "Mesures", "Medidas", "المقاييس"),
    "questions": ("Questions", "Questions", "Preguntas", "الأسئلة"),
    "examples": ("Examples", "Exemples", "Ejemplos", "أمثلة"),
    "rule": ("Rule", "Règle", "Regla", "القاعدة"),
    "weight": ("Weight", "Poids", "Peso", "الوزن"),
    "urgent": ("Urgent", "Urgent", "Urgente", "عاجل"),
    "urgent_always": (
        "whenever it is present",
        "chaque fois qu’il est présent",
        "siempre que está presente",
        "كلما كان حاضراً",
    ),
    "stages": ("Asked", "Demandé", "Se pregunta", "متى يُسأل"),
    "all_stages": (
        "at every stage of the journey",
        "à chaque étape du parcours",
        "en todas las etapas del camino",
        "في كل مراحل الرحلة",
    ),
    "domain": ("Domain", "Domaine", "Ámbito", "المجال"),
    "nature": ("Where it lies", "Où il se situe", "Dónde está", "أين يكمن"),
    "name": ("Name", "Nom", "Nombre", "الاسم"),
    "who_may_see": ("Data class", "Classe de données", "Clase de datos", "فئة البيانات"),
    "within": ("To begin within", "À commencer sous", "Debe empezar en", "يبدأ خلال"),
    "service": ("Service", "Service", "Servicio", "الخدمة"),
    "actor": ("Who", "Qui", "Quién", "الجهة"),
    "legal_basis": ("Legal basis", "Base légale", "Base jurídica", "الأساس القانوني"),
    "when": ("When", "Quand", "Cuándo", "متى"),
    "hours": ("{n} hours", "{n} heures", "{n} horas", "{n} ساعة"),
    "days": ("{n} days", "{n} jours", "{n} días", "{n} يوماً"),
    "weeks": ("{n} weeks", "{n} semaines", "{n} semanas", "{n} أسبوعاً"),
    "months": ("{n} months", "{n} mois", "{n} meses", "{n} شهراً"),
    "kind": ("Kind", "Type", "Tipo", "النوع"),
    "of": ("For each row of", "Pour chaque ligne de", "Para cada fila de", "لكل صف من"),
    "number_unit": ("Unit", "Unité", "Unidad", "الوحدة"),
    "components": ("Made of", "Composé de", "Se compone de", "يتكوّن من"),
    "dimension": ("Dimension", "Dimension", "Dimensión", "البُعد"),
    "cut_off": (
        "Identified from",
        "Identifié à partir de",
        "Se identifica desde",
        "يُحدَّد ابتداءً من",
    ),
    "class": ("Class", "Classe", "Clase", "الفئة"),
    "values": ("Values", "Valeurs", "Valores", "القيم"),
    "value": ("Value", "Valeur", "Valor", "القيمة"),
    "missing": (
        "If answers are missing",
        "S’il manque des réponses",
        "Si faltan respuestas",
        "إذا نقصت إجابات",
    ),
    "missing_unknown": ("unknown", "inconnu", "se desconoce", "غير معروف"),
    "missing_available": (
        "made of those that are known",
        "composé de celles qui sont connues",
        "se forma con las que se conocen",
        "يتكوّن مما هو معروف",
    ),
    "missing_share": (
        "made of those that are known, if they are at least {n}",
        "composé de celles qui sont connues, si elles sont au moins {n}",
        "se forma con las que se conocen, si son al menos {n}",
        "يتكوّن مما هو معروف إذا بلغ {n} على الأقل",
    ),
    "missing_bounds": (
        "unknown; the lowest and the highest possible value are given",
        "inconnu ; la plus basse et la plus haute valeur possibles sont données",
        "se desconoce; se dan el valor más bajo y el más alto posibles",
        "غير معروف، وتُعطى أدنى قيمة ممكنة وأعلاها",
    ),
    "choices": ("Answers", "Réponses", "Respuestas", "الإجابات"),
    "code": ("Code", "Code", "Código", "الرمز"),
    "constraint": ("Allowed", "Permis", "Permitido", "المسموح"),
    "relevant": ("Asked only if", "Demandé seulement si", "Se pregunta solo si", "يُسأل فقط إذا"),
    "roster": ("For each", "Pour chaque", "Para cada", "لكل"),
    "of_place": (
        "answered once for the place",
        "répondu une fois pour le lieu",
        "se responde una vez para el lugar",
        "يُجاب عنه مرة للمكان",
    ),
    "used_by": ("Read by", "Lu par", "La leen", "تقرؤه"),
    "answers": ("Answers", "Réponses", "Respuestas", "الإجابات"),
    "outcomes": (
        "What must come out",
        "Ce qui doit en sortir",
        "Lo que debe salir",
        "ما يجب أن ينتج",
    ),
    "row": ("row {n}", "ligne {n}", "fila {n}", "الصف {n}"),
    "any": ("any", "tous", "cualquiera", "أيّ"),
    "more_choices": ("and {n} more", "et {n} de plus", "y {n} más", "و{n} أخرى"),
    "none_here": ("none", "aucun", "ninguno", "لا شيء"),
    # effects, levels, natures, stages, horizons, bases
    "risk": ("Risk", "Risque", "Riesgo", "خطر"),
    "protective": ("Resource", "Ressource", "Recurso", "مورد"),
    "context": (
        "Can endanger and protect",
        "Peut mettre en danger et protéger",
        "Puede poner en peligro y proteger",
        "قد يعرّض للخطر وقد يحمي",
    ),
    "level_individual": ("The person", "La personne", "La persona", "الشخص"),
    "level_household": (
        "Household and family",
        "Ménage et famille",
        "Hogar y familia",
        "الأسرة والعائلة",
    ),
    "level_community": ("Community", "Communauté", "Comunidad", "المجتمع المحلي"),
    "level_structural": (
        "Laws, economy and institutions",
        "Lois, économie et institutions",
        "Leyes, economía e instituciones",
        "القوانين والاقتصاد والمؤسسات",
    ),
    "nature_embodied": (
        "in body and health",
        "dans le corps et la santé",
        "en el cuerpo y la salud",
        "في الجسد والصحة",
    ),
    "nature_situational": (
        "in present circumstances",
        "dans les circonstances du moment",
        "en las circunstancias actuales",
        "في الظروف الراهنة",
    ),
    "nature_structural": (
        "in law, economy and institutions",
        "dans la loi, l’économie et les institutions",
        "en las leyes, la economía y las instituciones",
        "في القانون والاقتصاد والمؤسسات",
    ),
    "origin": ("before leaving", "avant le départ", "antes de salir", "قبل المغادرة"),
    "transit": ("on the way", "en route", "en camino", "على الطريق"),
    "destination": ("at destination", "à destination", "en el destino", "في بلد الوصول"),
    "return": ("on return", "au retour", "en el retorno", "عند العودة"),
    "immediate": ("Now", "Maintenant", "Ahora", "الآن"),
    "short_term": (
        "In the next weeks",
        "Dans les prochaines semaines",
        "En las próximas semanas",
        "في الأسابيع المقبلة",
    ),
    "long_term": ("For the long term", "À long terme", "A largo plazo", "على المدى الطويل"),
    "signs": (
        "Signs that international protection may be needed",
        "Signes d’un possible besoin de protection internationale",
        "Señales de que puede necesitarse protección internacional",
        "علامات على احتمال الحاجة إلى الحماية الدولية",
    ),
    "signs_apart": (
        "Kept apart, shown only to those cleared, and part of no measure.",
        "Gardés à part, montrés aux seules personnes habilitées, hors de toute mesure.",
        "Se guardan aparte, solo las ven quienes tienen permiso y no entran en ninguna medida.",
        "تُحفظ على حدة، ولا يراها إلا المخوَّلون، ولا تدخل في أي مقياس.",
    ),
    "sourced": (
        "a published source",
        "une source publiée",
        "una fuente publicada",
        "مصدر منشور",
    ),
    "recalled": (
        "general knowledge of a source; to be checked",
        "une connaissance générale de la source ; à vérifier",
        "conocimiento general de una fuente; por comprobar",
        "معرفة عامة بالمصدر، ويجب التحقق",
    ),
    "proposed": (
        "a proposal of the authors",
        "une proposition des auteurs",
        "una propuesta de los autores",
        "اقتراح من المؤلفين",
    ),
    # data classes
    "class_identity": ("identity", "identité", "identidad", "الهوية"),
    "class_contact_place": (
        "contact and place",
        "contact et lieu",
        "contacto y lugar",
        "الاتصال والمكان",
    ),
    "class_journey": ("the journey", "le parcours", "el camino", "الرحلة"),
    "class_body_health": ("body and health", "corps et santé", "cuerpo y salud", "الجسد والصحة"),
    "class_harm_incident": (
        "harm that happened",
        "atteintes subies",
        "daños sufridos",
        "الأذى الذي وقع",
    ),
    "class_status_protection": (
        "status and protection",
        "statut et protection",
        "estatus y protección",
        "الوضع والحماية",
    ),
    "class_third_party": ("other people", "d’autres personnes", "otras personas", "أشخاص آخرون"),
    "class_case_work": ("case work", "suivi du dossier", "trabajo del caso", "متابعة الملف"),
    "class_sealed": ("sealed", "sous scellés", "sellado", "مختوم"),
    # outcomes
    "present": ("present", "présent", "presente", "حاضر"),
    "absent": ("absent", "absent", "ausente", "غائب"),
    "unknown": ("not known", "pas connu", "no se sabe", "غير معروف"),
    "not_applicable": (
        "not asked at this stage",
        "pas demandé à cette étape",
        "no se pregunta en esta etapa",
        "لا يُسأل في هذه المرحلة",
    ),
    "raises": (
        "raises the risk here",
        "accroît le risque ici",
        "aumenta el riesgo aquí",
        "يزيد الخطر هنا",
    ),
    "protects": ("protects here", "protège ici", "protege aquí", "يحمي هنا"),
    "both": ("does both here", "fait les deux ici", "hace las dos cosas aquí", "يفعل الأمرين هنا"),
    "none": (
        "makes no difference here",
        "ne change rien ici",
        "no cambia nada aquí",
        "لا يغيّر شيئاً هنا",
    ),
    "yes": ("yes", "oui", "sí", "نعم"),
    "no": ("no", "non", "no", "لا"),
    "does_not_know": ("does not know", "ne sait pas", "no lo sabe", "لا يعرف"),
    "prefers_not_to_say": (
        "prefers not to say",
        "préfère ne pas le dire",
        "prefiere no decirlo",
        "يفضّل عدم القول",
    ),
    "no_answer": (
        "Counts as no answer",
        "Compte comme sans réponse",
        "Cuenta como sin respuesta",
        "يُعدّ بلا إجابة",
    ),
    # kinds of questions
    "one_choice": ("one answer", "une réponse", "una respuesta", "إجابة واحدة"),
    "several": ("several answers", "plusieurs réponses", "varias respuestas", "عدة إجابات"),
    "whole": ("a whole number", "un nombre entier", "un número entero", "عدد صحيح"),
    "decimal": ("a number", "un nombre", "un número", "عدد"),
    "date": ("a date", "une date", "una fecha", "تاريخ"),
    "text": ("free text", "texte libre", "texto libre", "نص حر"),
    # kinds of measures
    "weighted_sum": ("sum", "somme", "suma", "مجموع"),
    "mean": ("mean", "moyenne", "media", "متوسط"),
    "max": ("the largest", "le plus grand", "el mayor", "الأكبر"),
    "min": ("the smallest", "le plus petit", "el menor", "الأصغر"),
    "count": ("how many", "combien", "cuántos", "كم عدداً"),
    "expression": ("computed", "calculé", "calculado", "محسوب"),
    "decision": ("decided in steps", "décidé par étapes", "se decide por pasos", "يُقرَّر خطوة بخطوة"),
    "table": (
        "looked up in a table",
        "lu dans un tableau",
        "se busca en una tabla",
        "يُستخرج من جدول",
    ),
    "alkire_foster": (
        "share of weighted deprivations (Alkire-Foster)",
        "part des privations pondérées (Alkire-Foster)",
        "proporción de privaciones ponderadas (Alkire-Foster)",
        "نسبة أوجه الحرمان الموزونة (ألكاير-فوستر)",
    ),
    # rules
    "all_of": ("All of these:", "Tout ceci à la fois :", "Todo esto a la vez:", "كل ما يلي معاً:"),
    "any_of": (
        "One of these is enough:",
        "Un seul de ces points suffit :",
        "Basta con una de estas cosas:",
        "يكفي واحد مما يلي:",
    ),
    "not": ("Not so:", "Pas ceci :", "No esto:", "عكس ما يلي:"),
    "if": ("If this holds:", "Si ceci est vrai :", "Si esto se cumple:", "إذا صحّ ما يلي:"),
    "then": ("then {a}", "alors {a}", "entonces {a}", "فإنه {a}"),
    "otherwise": ("otherwise {a}", "sinon {a}", "si no, {a}", "وإلا فإنه {a}"),
    "otherwise_row": (
        "in every other case",
        "dans tous les autres cas",
        "en los demás casos",
        "في كل حالة أخرى",
    ),
    "then_these": ("then:", "alors :", "entonces:", "فإنه:"),
    "otherwise_these": ("otherwise:", "sinon :", "si no:", "وإلا:"),
    "one_of": (
        "“{a}”: one of {b}",
        "« {a} » : l’une de ces réponses, {b}",
        "«{a}»: una de estas, {b}",
        "«{a}»: إحدى هذه: {b}",
    ),
    "one_chosen": (
        "“{a}”: one of {b} is among the answers",
        "« {a} » : l’une de celles-ci figure parmi les réponses, {b}",
        "«{a}»: una de estas está entre las respuestas, {b}",
        "«{a}»: إحدى هذه من بين الإجابات: {b}",
    ),
    "this_sum": ("this sum", "cette somme", "esta suma", "هذا المجموع"),
    "these_lines": ("{a}:", "{a} :", "{a}:", "{a}:"),
    "as_answered": (
        "As answered to {a}",
        "Selon la réponse à {a}",
        "Según la respuesta a {a}",
        "بحسب الإجابة عن {a}",
    ),
    "answer_is": ("“{a}”: {b}", "« {a} » : {b}", "«{a}»: {b}", "«{a}»: {b}"),
    "answer_is_not": ("“{a}”: not {b}", "« {a} » : pas {b}", "«{a}»: no {b}", "«{a}»: ليس {b}"),
    "chosen": (
        "“{a}”: {b} is among the answers",
        "« {a} » : {b} figure parmi les réponses",
        "«{a}»: {b} está entre las respuestas",
        "«{a}»: {b} من بين الإجابات",
    ),
    "factor_present": ("{a}: present", "{a} : présent", "{a}: presente", "{a}: حاضر"),
    "factor_is": ("{a}: {b}", "{a} : {b}", "{a}: {b}", "{a}: {b}"),
    "factor_is_not": ("{a}: not {b}", "{a} : pas {b}", "{a}: no {b}", "{a}: ليس {b}"),
    "class_is": (
        "{a}: in the class {b}",
        "{a} : dans la classe {b}",
        "{a}: en la clase {b}",
        "{a}: في الفئة {b}",
    ),
    "class_is_not": (
        "{a}: not in the class {b}",
        "{a} : pas dans la classe {b}",
        "{a}: no en la clase {b}",
        "{a}: ليس في الفئة {b}",
    ),
    "less": (
        "{a} is below {b}",
        "{a} est inférieur à {b}",
        "{a} es menor que {b}",
        "{a} أقل من {b}",
    ),
    "less_equal": (
        "{a} is at most {b}",
        "{a} est au plus {b}",
        "{a} es como máximo {b}",
        "{a} لا يزيد على {b}",
    ),
    "greater": (
        "{a} is above {b}",
        "{a} est supérieur à {b}",
        "{a} es mayor que {b}",
        "{a} أكثر من {b}",
    ),
    "greater_equal": (
        "{a} is at least {b}",
        "{a} est au moins {b}",
        "{a} es al menos {b}",
        "{a} لا يقل عن {b}",
    ),
    "equal": ("{a} is {b}", "{a} est {b}", "{a} es {b}", "{a} يساوي {b}"),
    "not_equal": ("{a} is not {b}", "{a} n’est pas {b}", "{a} no es {b}", "{a} لا يساوي {b}"),
    "before": ("{a} is before {b}", "{a} est avant {b}", "{a} es anterior a {b}", "{a} قبل {b}"),
    "not_after": (
        "{a} is not after {b}",
        "{a} n’est pas après {b}",
        "{a} no es posterior a {b}",
        "{a} ليس بعد {b}",
    ),
    "after": ("{a} is after {b}", "{a} est après {b}", "{a} es posterior a {b}", "{a} بعد {b}"),
    "not_before": (
        "{a} is not before {b}",
        "{a} n’est pas avant {b}",
        "{a} no es anterior a {b}",
        "{a} ليس قبل {b}",
    ),
    "quoted": ("“{a}”", "« {a} »", "«{a}»", "«{a}»"),
    "some_row": (
        "For at least one row of {a}:",
        "Pour au moins une ligne de {a} :",
        "Para al menos una fila de {a}:",
        "لصف واحد على الأقل من {a}:",
    ),
    "every_row": (
        "For every row of {a}:",
        "Pour chaque ligne de {a} :",
        "Para todas las filas de {a}:",
        "لكل صفوف {a}:",
    ),
    "rows": (
        "the number of rows of {a}",
        "le nombre de lignes de {a}",
        "el número de filas de {a}",
        "عدد صفوف {a}",
    ),
    "sum_rows": ("the sum of {a}", "la somme de {a}", "la suma de {a}", "مجموع {a}"),
    "min_rows": ("the smallest {a}", "le plus petit {a}", "el menor {a}", "أصغر {a}"),
    "max_rows": ("the largest {a}", "le plus grand {a}", "el mayor {a}", "أكبر {a}"),
    "where": ("{a} (where {b})", "{a} (où {b})", "{a} (donde {b})", "{a} (حيث {b})"),
    "and": ("{a}, and {b}", "{a}, et {b}", "{a}, y {b}", "{a}، و{b}"),
    "or": ("{a}, or {b}", "{a}, ou {b}", "{a}, o {b}", "{a}، أو {b}"),
    "not_inline": ("not so: {a}", "pas ceci : {a}", "no esto: {a}", "عكس: {a}"),
    "if_inline": (
        "{b} if {a}, otherwise {c}",
        "{b} si {a}, sinon {c}",
        "{b} si {a}; si no, {c}",
        "{b} إذا كان {a}، وإلا {c}",
    ),
    "years": (
        "the years from {a} to {b}",
        "les années de {a} à {b}",
        "los años desde {a} hasta {b}",
        "السنوات من {a} إلى {b}",
    ),
    "days_between": (
        "the days from {b} to {a}",
        "les jours de {b} à {a}",
        "los días desde {b} hasta {a}",
        "الأيام من {b} إلى {a}",
    ),
    "rounded": (
        "{a}, rounded to {b} places",
        "{a}, arrondi à {b} décimales",
        "{a}, redondeado a {b} decimales",
        "{a} مقرّباً إلى {b} خانات",
    ),
    "cut": (
        "the whole part of {a}",
        "la partie entière de {a}",
        "la parte entera de {a}",
        "الجزء الصحيح من {a}",
    ),
    "size": ("{a} without its sign", "{a} sans son signe", "{a} sin signo", "{a} دون إشارة"),
    "smallest_of": (
        "the smallest of {a}",
        "le plus petit de {a}",
        "el menor de {a}",
        "الأصغر من {a}",
    ),
    "largest_of": (
        "the largest of {a}",
        "le plus grand de {a}",
        "el mayor de {a}",
        "الأكبر من {a}",
    ),
    "first_known": (
        "the first that is known of {a}",
        "le premier connu parmi {a}",
        "el primero que se conoce de {a}",
        "أول معروف من {a}",
    ),
    "how_many_chosen": (
        "how many answers to {a}",
        "combien de réponses à {a}",
        "cuántas respuestas a {a}",
        "عدد الإجابات عن {a}",
    ),
    "comma": (", ", ", ", ", ", "، "),
    "made_with": (
        "Written by Sojourn from the framework itself. It describes situations, not people.",
        "Écrit par Sojourn d’après le cadre lui-même. Il décrit des situations, pas des personnes.",
        "Escrito por Sojourn a partir del propio marco. Describe situaciones, no personas.",
        "كتبه Sojourn من الإطار نفسه. يصف أوضاعاً لا أشخاصاً.",
    ),
}


_NAMED = {"english": "en", "french": "fr", "français": "fr", "spanish": "es", "español": "es"}
_NAMED |= {"arabic": "ar", "العربية": "ar"}


def plain_code(language: str) -> str:
    """The code of a language that a form names without one, such as `english`."""
    return _NAMED.get(language, language)


def is_right_to_left(language: str) -> bool:
    return plain_code(language).split("-")[0] in RIGHT_TO_LEFT


def phrase(key: str, language: str, **parts: object) -> str:
    """A phrase in a language, in English where we do not speak it."""
    code = plain_code(language)
    at = LANGUAGES.index(code) if code in LANGUAGES else 0
    return _PHRASES[key][at].format(**parts)


def has(key: str) -> bool:
    return key in _PHRASES
