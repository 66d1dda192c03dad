"""Spanish: the words and phrases of the tiny world."""

import re
from functools import lru_cache
from typing import Final

from ..vocabulary import Action, Kind
from .language import Adjective, Deed, Frame, Language, Noun, Openings, Standing, VerbForm, listed, parted, places

_PLURALS: Final = {"es": "son"}
_GERUNDS: Final = {
    "es": "siendo",
    "está": "estando",
    "va": "yendo",
    "da": "dando",
    "rueda": "rodando",
    "vuela": "volando",
    "corre": "corriendo",
    "mueve": "moviendo",
    "sube": "subiendo",
    "eleva": "elevando",
    "sigue": "siguiendo",
    "persigue": "persiguiendo",
    "huye": "huyendo",
    "hace": "haciendo",
    "come": "comiendo",
    "muerde": "mordiendo",
    "rompe": "rompiendo",
    "destruye": "destruyendo",
    "vierte": "vertiendo",
    "recibe": "recibiendo",
    "ofrece": "ofreciendo",
    "crece": "creciendo",
    "esconde": "escondiendo",
    "desaparece": "desapareciendo",
    "permanece": "permaneciendo",
    "choca": "chocando",
    "cae": "cayendo",
    "vuelca": "volcando",
    "prueba": "probando",
    "encuentra": "encontrando",
    "tiene": "teniendo",
    "asciende": "ascendiendo",
    "recorre": "recorriendo",
    "empieza": "empezando",
    "obtiene": "obteniendo",
    "abolla": "abollando",
    "espera": "esperando",
}


def _nouns(text: str) -> tuple[Noun, ...]:
    """Read "el cubo, la pelota": the article says the gender, the first word of the name gets the plural."""
    found: list[Noun] = []
    for phrase in listed(text):
        article, _, one = phrase.partition(" ")
        head, blank, rest = one.partition(" ")
        found.append(Noun(one, _plural(head) + blank + rest, feminine=article == "la"))
    return tuple(found)


def _plural(one: str) -> str:
    if one.endswith(("ón", "án")):
        return f"{one[:-2]}{'o' if one.endswith('ón') else 'a'}nes"
    if one.endswith("z"):
        return f"{one[:-1]}ces"
    return f"{one}s" if one[-1] in "aeioué" else f"{one}es"


def _adjectives(text: str, *, before: bool = False) -> tuple[Adjective, ...]:
    """Read "rojo, verde, azul": only words in -o tell the genders apart."""
    return tuple(
        Adjective((word, female, _plural(word), _plural(female)), before)
        for word in listed(text)
        for female in (f"{word[:-1]}a" if word.endswith("o") else word,)
    )


@lru_cache(maxsize=1024)
def _conjugate(phrase: str, form: VerbForm, many: bool) -> str:  # noqa: FBT001 - the tables' order
    pronoun, _, rest = phrase.partition(" ")
    if pronoun != "se":
        pronoun, rest = "", phrase
    verb, _, tail = rest.partition(" ")
    if form == "finite":
        bent = _PLURALS.get(verb, f"{verb}n") if many else verb
        return " ".join(word for word in (pronoun, bent, tail) if word)
    gerund = _GERUNDS.get(verb, f"{verb[:-1]}ando")
    if pronoun:
        gerund = f"{gerund[:-4]}{'á' if gerund[-4] == 'a' else 'é'}ndose"  # moviendo -> moviéndose
    return f"{gerund} {tail}" if tail else gerund


_HITS: Final = "golpea {b}, choca con {b}, choca contra {b}, se estrella contra {b}, pega {b}, da contra {b}"

_DEEDS: Final[dict[Action, Deed]] = {
    "still": Deed(listed("está quiet%, permanece inmóvil, se queda quiet%, descansa, espera, está parad%, reposa")),
    "move": Deed(
        listed("""se mueve, avanza, va, se desliza, pasa, viaja, se desplaza, se dirige, cruza la imagen, cruza la
            pantalla""")
    ),
    "rise": Deed(
        listed("""sube, se eleva, asciende, sube por el aire, sube hacia arriba, flota hacia arriba, despega, se
            eleva en el cielo, vuela hacia arriba""")
    ),
    "bounce": Deed(listed("rebota, bota, rebota en el suelo, rebota sin parar, da botes, rebota una y otra vez")),
    "jump": Deed(listed("salta, brinca, da saltos, salta en el aire, da brincos, da un salto, salta sin parar")),
    "orbit": Deed(
        listed("""gira alrededor de {b}, orbita alrededor de {b}, da vueltas alrededor de {b}, se mueve alrededor de
            {b}, rodea {b}, vuela alrededor de {b}"""),
    ),
    "chase": Deed(
        listed("persigue a {b}, sigue a {b}, corre tras {b}, va detrás de {b}, va tras {b}, caza a {b}"),
        of_second=listed("es perseguid% por {a}, huye de {a}, es seguid% por {a}, escapa de {a}"),
    ),
    "collide": Deed(
        (*listed(_HITS), *listed("empuja {b}, colisiona con {b}, topa con {b}, empuja a un lado {b}")),
        of_second=listed("es golpead% por {a}, es empujad% por {a}, recibe un golpe de {a}, es chocad% por {a}"),
    ),
    "topple": Deed(
        listed("derriba {b}, tumba {b}, vuelca {b}, tira {b}, hace caer {b}, tira al suelo {b}"),
        of_second=listed("es derribad% por {a}, es tumbad% por {a}, cae por culpa de {a}, es volcad% por {a}"),
    ),
    "bite": Deed(
        listed("""come {b}, muerde {b}, se come {b}, da un mordisco a {b}, mordisquea {b}, prueba {b}, mastica {b},
            devora {b}"""),
        of_second=listed("es mordid% por {a}, es comid% por {a}, es mordisquead% por {a}"),
    ),
    "dent": Deed(
        (*listed("abolla {b}, hace una abolladura en {b}, daña {b}, deja una marca en {b}"), *listed(_HITS)),
        of_second=listed("es abollad% por {a}, es golpead% por {a}, es dañad% por {a}"),
    ),
    "break": Deed(
        listed("rompe {b}, destroza {b}, quiebra {b}, hace pedazos {b}, destruye {b}, hace añicos {b}"),
        of_second=listed("es rot% por {a}, se rompe por culpa de {a}, es destrozad% por {a}"),
    ),
    "pour": Deed(
        listed("""vierte agua en {b}, llena {b}, echa agua en {b}, llena {b} de agua, vierte zumo en {b}, se vacía
            en {b}"""),
        of_second=listed("es llenad% por {a}, se llena de agua de {a}"),
        whole=listed("el agua cae de {a} a {b}, se vierte agua de {a} en {b}"),
    ),
    "give": Deed(
        listed("da {b} a {c}, entrega {b} a {c}, pasa {b} a {c}, ofrece {b} a {c}, regala {b} a {c}, lleva {b} a {c}"),
        of_second=listed("es entregad% a {c} por {a}, pasa de {a} a {c}"),
        of_third=listed("recibe {b} de {a}, obtiene {b} de {a}"),
    ),
    "grow": Deed(listed("""crece, se hace más grande, aumenta de tamaño, se agranda, se hincha, se hace grande, se
        infla""")),
    "hide": Deed(
        listed("""pasa por detrás de {b}, pasa detrás de {b}, se esconde detrás de {b}, desaparece detrás de {b}, va
            detrás de {b}, se oculta tras {b}"""),
        of_second=listed("tapa {a}, oculta {a}, tapa {a} un momento"),
        after=listed("y reaparece al otro lado, y sale por el otro lado, y vuelve a aparecer"),
    ),
}  # fmt: skip

_ROLL: Final = listed("rueda, rueda por el suelo")
_WALK: Final = listed("camina, corre, anda, pasea, marcha")
_FLOAT: Final = listed("flota, vuela, flota por el aire")
_OWN: Final[dict[tuple[Action, Kind], tuple[str, ...]]] = {
    ("move", "ball"): _ROLL,
    ("move", "ring"): _ROLL,
    ("move", "cat"): _WALK,
    ("move", "robot"): _WALK,
    ("move", "ghost"): _FLOAT,
}

_SIDES: Final = """hacia la {0}, a la {0}, de {1} a {0}, de la {1} a la {0}, hacia el lado {2}, desde la {1} hacia
    la {0}, desde la {1}, en dirección a la {0}, desde el lado {3}"""

SPANISH: Final = Language(
    code="es",
    nouns={
        "ball": _nouns("la pelota, la bola, el balón, la esfera, el círculo, la canica, el disco"),
        "block": _nouns("el cubo, el bloque, la caja, el ladrillo, el cuadrado"),
        "cone": _nouns("el cono, la pirámide, el triángulo"),
        "star": _nouns("la estrella"),
        "heart": _nouns("el corazón"),
        "ring": _nouns("el anillo, el aro, la rosquilla, la rueda, la dona, la argolla"),
        "cat": _nouns("el gato, el gatito, la gata, el minino"),
        "robot": _nouns("el robot, el androide, el autómata"),
        "ghost": _nouns("el fantasma, el espíritu, el espectro"),
        "cookie": _nouns("la galleta, el bizcocho, el pastel"),
        "wall": _nouns("la pared, el muro, la muralla, la barrera"),
        "vase": _nouns("el jarrón, el florero"),
        "cup": _nouns("la taza, el vaso, la copa"),
        "jug": _nouns("la jarra, el cántaro, la botella"),
        "plant": _nouns("la planta, la flor, la maceta"),
        "screen": _nouns("el biombo, el panel, la pantalla, la mampara, la cortina"),
    },
    anything=_nouns("la cosa, el objeto, el juguete, la figura"),
    anyone=_nouns("el personaje, la criatura, el ser"),
    colours={
        "red": _adjectives("rojo, escarlata, carmesí"),
        "orange": _adjectives("naranja, anaranjado"),
        "yellow": _adjectives("amarillo, dorado"),
        "green": _adjectives("verde, esmeralda"),
        "cyan": _adjectives("cian, turquesa, celeste"),
        "blue": _adjectives("azul, azulado"),
        "purple": _adjectives("morado, violeta, lila, púrpura"),
        "white": _adjectives("blanco, marfil"),
    },
    sizes={
        "small": (*_adjectives("pequeño, diminuto, chico"), *_adjectives("pequeño", before=True)),
        "medium": _adjectives("mediano, normal"),
        "large": (*_adjectives("grande, enorme, gigante, inmenso"), *_adjectives("enorme", before=True)),
    },
    materials={
        "matte": _adjectives("mate, opaco"),
        "shiny": _adjectives("brillante, pulido, reluciente"),
        "wooden": (),
        "glass": _adjectives("transparente"),
    },
    made_of={
        "matte": (),
        "shiny": ("de metal",),
        "wooden": ("de madera",),
        "glass": ("de cristal", "de vidrio"),
    },
    indefinite=("un", "una"),
    definite=("el", "la", "los", "las"),
    single=("un solo", "una sola"),
    numbers={2: ("dos", "2", "un par de"), 3: ("tres", "3", "un grupo de tres")},
    deeds=_DEEDS,
    own_deeds=_OWN,
    directions={
        "left": listed(_SIDES.format("izquierda", "derecha", "izquierdo", "derecho")),
        "right": listed(_SIDES.format("derecha", "izquierda", "derecho", "izquierdo")),
    },
    standings={
        "left_of": Standing(
            listed("a la izquierda de {b}, al lado izquierdo de {b}"),
            listed("a la derecha de {a}, al lado derecho de {a}"),
            ("{a} a la izquierda y {b} a la derecha", "{b} a la derecha y {a} a la izquierda"),
        ),
        "right_of": Standing(
            listed("a la derecha de {b}, al lado derecho de {b}"),
            listed("a la izquierda de {a}, al lado izquierdo de {a}"),
            ("{a} a la derecha y {b} a la izquierda", "{b} a la izquierda y {a} a la derecha"),
        ),
        "behind": Standing(
            listed("detrás de {b}, tras {b}"),
            listed("delante de {a}, enfrente de {a}"),
            ("{b} delante y {a} detrás", "{a} detrás y {b} delante"),
        ),
        "in_front_of": Standing(
            listed("delante de {b}, enfrente de {b}"),
            listed("detrás de {a}, tras {a}"),
            ("{a} delante y {b} detrás", "{b} detrás y {a} delante"),
        ),
        "between": Standing(
            listed("entre {b} y {c}, entre {c} y {b}, en medio de {b} y {c}"), whole=("{b} y {c} con {a} en medio",)
        ),
    },
    stances=listed("está, se encuentra, se queda, descansa"),
    frames=(
        Frame("{s} {f}", "sentence", 8),
        Frame("{s} {is} {g}", "sentence", 3),
        Frame("{s} que {f}", "nominal", 6),
        Frame("{s} {g}", "nominal", 2),
        Frame("hay {s} que {f}", "presenting", 1),
        Frame("se ve {s} que {f}", "presenting", 1),
    ),
    be=("está", "están"),
    backgrounds={
        "meadow": places(
            "en un prado, en la hierba, sobre la hierba, en el campo, en un parque, sobre el césped, en un jardín",
            "prado, hierba, campo, parque",
        ),
        "beach": places("en una playa, en la playa, sobre la arena, junto al mar, en la costa", "playa, arena, mar"),
        "city": places("en una ciudad, en la ciudad, en la calle, en una calle, en el centro", "ciudad, calle"),
        "night": places(
            "de noche, por la noche, en la noche, bajo el cielo nocturno, en la oscuridad, a medianoche",
            "noche, cielo nocturno, luz de luna",
        ),
        "room": places(
            "en una habitación, en un cuarto, en una sala, en casa, dentro de una casa, en un salón",
            "habitación, sala, interior, salón",
        ),
        "snow": places("en la nieve, sobre la nieve, en invierno, sobre el hielo", "nieve, invierno, paisaje nevado"),
        "forest": places("en un bosque, en el bosque, entre los árboles, en la selva", "bosque, árboles, selva"),
    },
    lights={
        "day": places(
            "de día, a plena luz del día, en un día soleado, al sol, a mediodía",
            "día, soleado, luz del día",
        ),
        "sunset": places(
            "al atardecer, al anochecer, en la puesta de sol, a la luz de la tarde",
            "atardecer, puesta de sol",
        ),
        "overcast": places(
            "bajo un cielo gris, en un día nublado, bajo las nubes, con nubes",
            "nublado, nubes, cielo gris",
        ),
    },
    cameras={
        "static": places(
            "la cámara está fija, la cámara no se mueve, la cámara está quieta",
            "cámara fija, plano fijo",
        ),
        "pan_left": places(
            "la cámara gira a la izquierda, la cámara gira hacia la izquierda, la cámara va hacia la izquierda",
            "paneo a la izquierda, paneo hacia la izquierda, panorámica a la izquierda",
        ),
        "pan_right": places(
            "la cámara gira a la derecha, la cámara gira hacia la derecha, la cámara va hacia la derecha",
            "paneo a la derecha, paneo hacia la derecha, panorámica a la derecha",
        ),
        "zoom_in": places("la cámara hace zoom, la cámara acerca la imagen", "zoom de acercamiento, zoom"),
        "zoom_out": places("la cámara aleja la imagen, la cámara abre el zoom", "zoom de alejamiento"),
        "orbit": places(
            "la cámara gira alrededor de la escena, la cámara da la vuelta a la escena, la cámara orbita",
            "cámara en órbita, plano circular",
        ),
        "dolly_in": places(
            "la cámara avanza, la cámara se acerca, la cámara se mueve hacia delante",
            "travelling de avance, cámara que avanza",
        ),
    },
    camera_joints=(", {camera}", ". {camera}", " mientras {camera}", " y {camera}"),
    styles={
        "photoreal": Openings(
            listed("""un vídeo realista de, un vídeo fotorrealista de, una foto de, una película realista de, un
                plano realista de"""),
            listed("realista:, fotorrealista:, un vídeo realista donde"),
        ),
        "animated": Openings(
            listed("un dibujo animado de, una animación de, un vídeo animado de, una caricatura de, un dibujo de"),
            listed("un dibujo animado donde, dibujos animados:, una animación donde"),
        ),
    },
    style_tags={
        "photoreal": listed("fotorrealista, realista, estilo realista, estilo foto"),
        "animated": listed("""dibujos animados, estilo de dibujos animados, animado, animación, estilo animado,
            caricatura"""),
    },
    openings=Openings(
        listed("""un vídeo de, un clip de, una película de, una escena con, un plano de, un vídeo con, muestra,
            enséñame"""),
        listed("un vídeo donde, una escena donde, una película donde, un clip donde"),
    ),
    bystanders=listed("""junto a {x}, al lado de {x}, cerca de {x}, con {x} al lado, y también hay {x}, con {x}
                          cerca"""),
    and_="y",
    conjugate=_conjugate,
    endings=("o", "a", "os", "as"),
    contractions=(
        (re.compile(r"\b([Aa]|[Dd]e) el "), r"\1l "),
        (re.compile(r"\b(está|están) estando "), r"\1 "),
    ),
    contracted=("al", "del"),
    function_words=parted(
        """el la los las lo un una unos unas de del a al y e o u pero que qué quien cual donde cuando como si su sus
        mi mis tu tus se me te le les nos él ella ellos ellas yo nosotros este esta esto estos estas ese esa eso
        esos esas aquel aquella en con por para sin sobre hasta desde es son era eran ser fue está están estaba
        estar ha han había hay muy más menos también solo sólo todo todos toda todas ya aquí allí mientras luego
        entonces después"""
    ),
)  # fmt: skip
