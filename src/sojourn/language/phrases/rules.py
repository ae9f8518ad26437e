"""What a rule says, in each language.

A line about one thing has what it is about apart from what it says of it ("Your age": less than
18), so that no label of a form has to fit into a sentence, whatever its gender and number.
"""

from __future__ import annotations

from collections.abc import Mapping

RULES: Mapping[str, tuple[str, str, str, str]] = {
    # a line about one thing
    "line": ("{a}: {b}", "{a} : {b}", "{a}: {b}", "{a}: {b}"),
    "quoted": ("“{a}”", "« {a} »", "«{a}»", "«{a}»"),
    "these_lines": ("{a}:", "{a} :", "{a}:", "{a}:"),
    "point": (".", ",", ",", ","),
    # conditions joined
    "always": ("Always", "Toujours", "Siempre", "دائماً"),
    "never": ("Never", "Jamais", "Nunca", "أبداً"),
    "all_of": ("All of these:", "Tout ceci à la fois :", "Todo esto a la vez:", "كل ما يلي معاً:"),
    "any_of": (
        "One of these is enough:",
        "Un seul de ces points suffit :",
        "Basta con una de estas cosas:",
        "يكفي واحد مما يلي:",
    ),
    "not": ("Not so:", "Pas ceci :", "No esto:", "عكس ما يلي:"),
    "no_one_of": (
        "Not one of these:",
        "Rien de ceci :",
        "Nada de esto:",
        "لا شيء مما يلي:",
    ),
    "some_row": (
        "For at least one of {a}:",
        "Pour au moins une entrée de {a} :",
        "Para al menos una entrada de {a}:",
        "في صف واحد على الأقل من {a}:",
    ),
    "every_row": (
        "For each of {a}:",
        "Pour chaque entrée de {a} :",
        "Para cada entrada de {a}:",
        "في كل صف من {a}:",
    ),
    # what is said of an answer, a class, a factor
    "one_of": (
        "one of: {a}",
        "une de ces réponses : {a}",
        "una de estas respuestas: {a}",
        "إحدى هذه الإجابات: {a}",
    ),
    "none_of": (
        "none of: {a}",
        "aucune de ces réponses : {a}",
        "ninguna de estas respuestas: {a}",
        "ليست أياً من هذه الإجابات: {a}",
    ),
    "not_this": ("not {a}", "pas {a}", "no {a}", "ليس {a}"),
    "chosen": (
        "{a} is among the answers",
        "{a} figure parmi les réponses",
        "{a} está entre las respuestas",
        "{a} من بين الإجابات",
    ),
    "not_chosen": (
        "{a} is not among the answers",
        "{a} ne figure pas parmi les réponses",
        "{a} no está entre las respuestas",
        "{a} ليست من بين الإجابات",
    ),
    "one_chosen": (
        "at least one of these is among the answers: {a}",
        "au moins une de celles-ci figure parmi les réponses : {a}",
        "al menos una de estas está entre las respuestas: {a}",
        "واحدة على الأقل من هذه من بين الإجابات: {a}",
    ),
    "none_chosen": (
        "none of these is among the answers: {a}",
        "aucune de celles-ci ne figure parmi les réponses : {a}",
        "ninguna de estas está entre las respuestas: {a}",
        "ليس أي من هذه من بين الإجابات: {a}",
    ),
    "in_class": ("in the class {a}", "dans la classe {a}", "en la clase {a}", "في الفئة {a}"),
    "not_in_class": (
        "not in the class {a}",
        "pas dans la classe {a}",
        "no en la clase {a}",
        "ليس في الفئة {a}",
    ),
    "in_a_class": (
        "in one of these classes: {a}",
        "dans une de ces classes : {a}",
        "en una de estas clases: {a}",
        "في إحدى هذه الفئات: {a}",
    ),
    "in_no_class": (
        "in none of these classes: {a}",
        "dans aucune de ces classes : {a}",
        "en ninguna de estas clases: {a}",
        "ليس في أي من هذه الفئات: {a}",
    ),
    "either_effect": ("either of: {a}", "l’un ou l’autre : {a}", "o bien: {a}", "أحد هذين: {a}"),
    "neither_effect": (
        "neither of: {a}",
        "ni l’un ni l’autre : {a}",
        "ninguno de: {a}",
        "ليس أياً من: {a}",
    ),
    "not_present": ("not present", "pas présent", "no presente", "غير حاضر"),
    "as_answered": (
        "As answered to {a}",
        "Selon la réponse à {a}",
        "Según la respuesta a {a}",
        "بحسب الإجابة عن {a}",
    ),
    # what is said of a number or a day
    "exactly": ("exactly {a}", "exactement {a}", "exactamente {a}", "{a} بالضبط"),
    "other_than": ("other than {a}", "autre que {a}", "distinto de {a}", "غير {a}"),
    "same_as": ("the same as {a}", "identique à {a}", "lo mismo que {a}", "مطابق لـ {a}"),
    "not_same_as": (
        "not the same as {a}",
        "différent de {a}",
        "diferente de {a}",
        "غير مطابق لـ {a}",
    ),
    "on_day": ("on {a}", "le {a}", "el {a}", "في {a}"),
    "not_on_day": ("not on {a}", "pas le {a}", "no el {a}", "ليس في {a}"),
    # several lines for one comparison
    "added_are": (
        "Added up, these are {a}:",
        "Additionnés, ceux-ci font {a} :",
        "Sumados, estos son {a}:",
        "مجموع ما يلي {a}:",
    ),
    "this_is": (
        "What follows is {a}:",
        "Ce qui suit est {a} :",
        "Lo que sigue es {a}:",
        "ما يلي {a}:",
    ),
    "first_is": (
        "The first of these is {a}:",
        "Le premier est {a} :",
        "El primero es {a}:",
        "الأول مما يلي {a}:",
    ),
    "follows": ("what follows", "ce qui suit", "lo que sigue", "ما يلي"),
    "the_second": ("the second", "le second", "el segundo", "الثاني"),
    # one of several values
    "first_that_holds": (
        "The first of these that holds decides:",
        "Le premier cas qui s’applique décide :",
        "Decide el primer caso que se cumple:",
        "تقرّر أول حالة تتحقق مما يلي:",
    ),
    "by_answer": (
        "By the answer to {a}:",
        "Selon la réponse à {a} :",
        "Según la respuesta a {a}:",
        "بحسب الإجابة عن {a}:",
    ),
    "outcome_if": (
        "{a}, if this holds:",
        "{a}, si ceci est vrai :",
        "{a}, si esto se cumple:",
        "{a}، إذا صحّ ما يلي:",
    ),
    "number_if": (
        "{a}, if {b}; otherwise {c}",
        "{a}, si {b} ; sinon {c}",
        "{a}, si {b}; si no, {c}",
        "{a}، إذا {b}؛ وإلا {c}",
    ),
    "these_if": (
        "If the first of these holds, the second counts:",
        "Si le premier est vrai, le second compte :",
        "Si lo primero se cumple, cuenta lo segundo:",
        "إذا صحّ الأول مما يلي يُحسب الثاني:",
    ),
    "otherwise": ("otherwise", "sinon", "si no", "وإلا"),
    "otherwise_this": ("Otherwise: {a}", "Sinon : {a}", "Si no: {a}", "وإلا: {a}"),
    "otherwise_these": ("Otherwise:", "Sinon :", "Si no:", "وإلا:"),
    "first_known": (
        "The first of these that is known:",
        "Le premier connu parmi ceux-ci :",
        "El primero de estos que se conoce:",
        "أول ما هو معروف مما يلي:",
    ),
    # numbers made of others
    "added": ("Added up:", "Additionnés :", "Sumados:", "مجموع ما يلي:"),
    "subtracted": (
        "The first less the second:",
        "Le premier moins le second :",
        "El primero menos el segundo:",
        "الأول ناقص الثاني:",
    ),
    "multiplied": (
        "Multiplied together:",
        "Multipliés ensemble :",
        "Multiplicados:",
        "حاصل ضرب ما يلي:",
    ),
    "divided": (
        "The first divided by the second:",
        "Le premier divisé par le second :",
        "El primero dividido por el segundo:",
        "الأول مقسوماً على الثاني:",
    ),
    "left_over": (
        "What is left when the first is divided by the second:",
        "Le reste quand le premier est divisé par le second :",
        "Lo que queda al dividir el primero por el segundo:",
        "باقي قسمة الأول على الثاني:",
    ),
    "left_over_of": (
        "what is left when {a} is divided by {b}",
        "le reste de {a} divisé par {b}",
        "lo que queda al dividir {a} por {b}",
        "باقي قسمة {a} على {b}",
    ),
    "turned": (
        "With its sign turned:",
        "Avec le signe contraire :",
        "Con el signo contrario:",
        "بإشارة معكوسة:",
    ),
    "unsigned": ("Without its sign:", "Sans son signe :", "Sin su signo:", "دون إشارته:"),
    "unsigned_of": (
        "{a} without its sign",
        "{a} sans son signe",
        "{a} sin su signo",
        "{a} دون إشارة",
    ),
    "cut": (
        "Only its whole part:",
        "Seulement sa partie entière :",
        "Solo su parte entera:",
        "الجزء الصحيح منه فقط:",
    ),
    "cut_of": (
        "the whole part of {a}",
        "la partie entière de {a}",
        "la parte entera de {a}",
        "الجزء الصحيح من {a}",
    ),
    "rounded_whole": (
        "Rounded to a whole number:",
        "Arrondi à un nombre entier :",
        "Redondeado a un número entero:",
        "مقرَّباً إلى عدد صحيح:",
    ),
    "rounded": (
        "Rounded; decimal places: {n}:",
        "Arrondi ; décimales : {n} :",
        "Redondeado; decimales: {n}:",
        "مقرَّباً؛ عدد المنازل العشرية: {n}:",
    ),
    "rounded_whole_of": (
        "{a}, rounded to a whole number",
        "{a}, arrondi à un nombre entier",
        "{a}, redondeado a un número entero",
        "{a} مقرَّباً إلى عدد صحيح",
    ),
    "rounded_of": (
        "{a}, rounded (decimal places: {n})",
        "{a}, arrondi (décimales : {n})",
        "{a}, redondeado (decimales: {n})",
        "{a} مقرَّباً (المنازل العشرية: {n})",
    ),
    "smallest": (
        "The smallest of these:",
        "Le plus petit de ceux-ci :",
        "El menor de estos:",
        "أصغر ما يلي:",
    ),
    "largest": (
        "The largest of these:",
        "Le plus grand de ceux-ci :",
        "El mayor de estos:",
        "أكبر ما يلي:",
    ),
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
    "mean_of": (
        "The mean of these:",
        "La moyenne de ceux-ci :",
        "La media de estos:",
        "متوسط ما يلي:",
    ),
    "weighing": ("Weight {n}:", "Poids {n} :", "Peso {n}:", "الوزن {n}:"),
    "years": (
        "whole years from {a} to {b}",
        "années complètes de {a} à {b}",
        "años cumplidos desde {a} hasta {b}",
        "السنوات الكاملة من {a} إلى {b}",
    ),
    "years_these": (
        "Whole years from the first day to the second:",
        "Années complètes du premier jour au second :",
        "Años cumplidos desde el primer día hasta el segundo:",
        "السنوات الكاملة من اليوم الأول إلى الثاني:",
    ),
    "days_between": (
        "days from {b} to {a}",
        "jours de {b} à {a}",
        "días desde {b} hasta {a}",
        "الأيام من {b} إلى {a}",
    ),
    "days_these": (
        "Days from the second day to the first:",
        "Jours du second jour au premier :",
        "Días desde el segundo día hasta el primero:",
        "الأيام من اليوم الثاني إلى الأول:",
    ),
    "number_chosen": (
        "the number chosen for {a}",
        "le nombre choisi pour {a}",
        "el número elegido para {a}",
        "العدد المختار لـ {a}",
    ),
    "how_many_chosen": (
        "how many answers were chosen for {a}",
        "combien de réponses ont été choisies pour {a}",
        "cuántas respuestas se eligieron para {a}",
        "عدد الإجابات المختارة لـ {a}",
    ),
    "number_chosen_these": (
        "The number that was chosen:",
        "Le nombre choisi :",
        "El número elegido:",
        "العدد المختار:",
    ),
    "how_many_chosen_these": (
        "How many answers were chosen:",
        "Combien de réponses ont été choisies :",
        "Cuántas respuestas se eligieron:",
        "عدد الإجابات المختارة:",
    ),
    # over the rows of a roster
    "rows": (
        "how many there are of {a}",
        "combien il y a de {a}",
        "cuántos hay de {a}",
        "كم يوجد من {a}",
    ),
    "sum_rows": (
        "the sum of {a} over all of {b}",
        "la somme de {a} sur toutes les entrées de {b}",
        "la suma de {a} de todas las entradas de {b}",
        "مجموع {a} لكل صفوف {b}",
    ),
    "min_rows": (
        "the smallest {a} of {b}",
        "le plus petit {a} de {b}",
        "el menor {a} de {b}",
        "أصغر {a} في {b}",
    ),
    "max_rows": (
        "the largest {a} of {b}",
        "le plus grand {a} de {b}",
        "el mayor {a} de {b}",
        "أكبر {a} في {b}",
    ),
    "only_those": (
        "{a}, counting only those for which this holds",
        "{a}, en ne comptant que ceux pour lesquels ceci est vrai",
        "{a}, contando solo aquellos para los que esto se cumple",
        "{a}، مع احتساب ما يصحّ فيه ما يلي فقط",
    ),
    # what a factor adds to a measure
    "while_present": (
        "{a} while it is present",
        "{a} tant qu’il est présent",
        "{a} mientras esté presente",
        "{a} ما دام حاضراً",
    ),
    "while_raises": (
        "{a} while it raises the risk",
        "{a} tant qu’il accroît le risque",
        "{a} mientras aumente el riesgo",
        "{a} ما دام يزيد الخطر",
    ),
    "while_protects": (
        "{a} while it protects",
        "{a} tant qu’il protège",
        "{a} mientras proteja",
        "{a} ما دام يحمي",
    ),
    "own_weight": (
        "its own weight (below)",
        "son propre poids (ci-dessous)",
        "su propio peso (abajo)",
        "وزنه الخاص (أدناه)",
    ),
    "comma": (", ", ", ", ", ", "، "),
    "and": ("{a}, and {b}", "{a}, et {b}", "{a}, y {b}", "{a}، و{b}"),
}
