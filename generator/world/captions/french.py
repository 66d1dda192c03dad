"""French: the words and phrases of the tiny world."""

import re
from functools import lru_cache
from typing import Final

from ..vocabulary import Action, Kind
from .language import Adjective, Deed, Frame, Language, Noun, Openings, Standing, VerbForm, listed, parted, places

_IRREGULAR: Final = {
    "est": ("sont", "être"),
    "jette": ("jettent", "jeter"),
    "a": ("ont", "avoir"),
    "va": ("vont", "aller"),
    "fait": ("font", "faire"),
    "suit": ("suivent", "suivre"),
    "poursuit": ("poursuivent", "poursuivre"),
    "court": ("courent", "courir"),
    "part": ("partent", "partir"),
    "mord": ("mordent", "mordre"),
    "prend": ("prennent", "prendre"),
    "met": ("mettent", "mettre"),
    "détruit": ("détruisent", "détruire"),
    "bondit": ("bondissent", "bondir"),
    "rebondit": ("rebondissent", "rebondir"),
    "grandit": ("grandissent", "grandir"),
    "grossit": ("grossissent", "grossir"),
    "devient": ("deviennent", "devenir"),
    "remplit": ("remplissent", "remplir"),
    "reçoit": ("reçoivent", "recevoir"),
    "offre": ("offrent", "offrir"),
    "s'élève": ("s'élèvent", "s'élever"),
    "fuit": ("fuient", "fuir"),
    "disparaît": ("disparaissent", "disparaître"),
    "attend": ("attendent", "attendre"),
    "promène": ("promènent", "promener"),
    "tient": ("tiennent", "tenir"),
    "tend": ("tendent", "tendre"),
    "remet": ("remettent", "remettre"),
    "s'agrandit": ("s'agrandissent", "s'agrandir"),
}
_LIGHT_WORDS: Final = ("se", "ne")


def _nouns(text: str) -> tuple[Noun, ...]:
    """Read "le cube, la balle": the article says the gender, the first word of the name gets the plural."""
    found: list[Noun] = []
    for phrase in listed(text):
        article, _, one = phrase.partition(" ")
        head, blank, rest = one.partition(" ")
        many = head if head[-1] in "sxz" else f"{head}x" if head.endswith("eau") else f"{head}s"
        found.append(Noun(one, many + blank + rest, feminine=article == "la"))
    return tuple(found)


def _adjectives(text: str, *, before: bool = False) -> tuple[Adjective, ...]:
    """Read "vert/verte, rouge, orange!": a feminine of its own, a word that does not tell the two apart, one that is
    always the same.
    """
    found: list[Adjective] = []
    for word in listed(text):
        male, _, female = word.partition("/")
        if male.endswith("!"):
            found.append(Adjective((male[:-1], male[:-1], male[:-1], male[:-1]), before))
            continue
        female = female or male
        many = male if male[-1] in "sx" else f"{male}x" if male.endswith("eau") else f"{male}s"
        found.append(Adjective((male, female, many, f"{female}s"), before))
    return tuple(found)


@lru_cache(maxsize=1024)
def _conjugate(phrase: str, form: VerbForm, many: bool) -> str:  # noqa: FBT001 - the tables' order
    light, _, rest = phrase.partition(" ")
    if light not in _LIGHT_WORDS:
        light, rest = "", phrase
    verb, _, tail = rest.partition(" ")
    plural, infinitive = _IRREGULAR.get(verb) or (f"{verb}nt", f"{verb}r")
    if form == "finite":
        words = (light, plural if many else verb, tail)
    elif light == "ne":
        denial, _, tail = tail.partition(" ")  # ne bouge pas -> ne pas bouger
        words = (light, denial, infinitive, tail)
    else:
        words = (light, infinitive, tail)
    return " ".join(word for word in words if word)


_HITS: Final = "heurte {b}, percute {b}, frappe {b}, cogne {b}, rentre dans {b}, tape dans {b}, fonce dans {b}"

_DEEDS: Final[dict[Action, Deed]] = {
    "still": Deed(listed("""ne bouge pas, reste immobile, reste sur place, attend, se repose, reste en place, se
        tient là""")),
    "move": Deed(
        listed("""se déplace, avance, glisse, va, passe, bouge, voyage, se dirige, traverse l'image, traverse
            l'écran, file""")
    ),
    "rise": Deed(
        listed("""monte, s'envole, s'élève, monte dans les airs, monte vers le haut, décolle, flotte vers le haut,
            grimpe, s'élève dans le ciel, monte au ciel""")
    ),
    "bounce": Deed(listed("""rebondit, rebondit sur le sol, rebondit sans cesse, rebondit sur place, rebondit par
        terre""")),
    "jump": Deed(listed("saute, bondit, sautille, saute en l'air, fait des bonds, saute sur place, fait un saut")),
    "orbit": Deed(
        listed("""tourne autour de {b}, orbite autour de {b}, gravite autour de {b}, fait le tour de {b}, vole
            autour de {b}, se déplace autour de {b}"""),
    ),
    "chase": Deed(
        listed("poursuit {b}, suit {b}, court après {b}, pourchasse {b}, chasse {b}, traque {b}, se lance après {b}"),
        of_second=listed("""est poursuivi% par {a}, est suivi% par {a}, fuit devant {a}, est pourchassé% par {a},
            est chassé% par {a}"""),
    ),
    "collide": Deed(
        (*listed(_HITS), *listed("pousse {b}, bouscule {b}, entre en collision avec {b}, se cogne contre {b}")),
        of_second=listed("""est heurté% par {a}, est poussé% par {a}, est percuté% par {a}, est frappé% par {a}, est
            bousculé% par {a}"""),
    ),
    "topple": Deed(
        listed("renverse {b}, fait tomber {b}, fait basculer {b}, fait chuter {b}, jette {b} par terre"),
        of_second=listed("est renversé% par {a}, tombe à cause de {a}, bascule à cause de {a}"),
    ),
    "bite": Deed(
        listed("""mange {b}, mord {b}, croque {b}, mord dans {b}, grignote {b}, goûte {b}, croque dans {b}, dévore
            {b}, prend une bouchée de {b}"""),
        of_second=listed("est mangé% par {a}, est mordu% par {a}, est croqué% par {a}, est grignoté% par {a}"),
    ),
    "dent": Deed(
        (*listed("cabosse {b}, fait une bosse dans {b}, abîme {b}, laisse une marque dans {b}"), *listed(_HITS)),
        of_second=listed("est cabossé% par {a}, est heurté% par {a}, est abîmé% par {a}"),
    ),
    "break": Deed(
        listed("casse {b}, brise {b}, fracasse {b}, fait éclater {b}, détruit {b}, met {b} en morceaux"),
        of_second=listed("est cassé% par {a}, est brisé% par {a}, se brise à cause de {a}, est détruit% par {a}"),
    ),
    "pour": Deed(
        listed("""verse de l'eau dans {b}, remplit {b}, verse dans {b}, remplit {b} d'eau, verse du jus dans {b}, se
            vide dans {b}"""),
        of_second=listed("est rempli% par {a}, est rempli% d'eau par {a}"),
        whole=listed("de l'eau coule de {a} dans {b}, on verse de l'eau de {a} dans {b}"),
    ),
    "give": Deed(
        listed("donne {b} à {c}, offre {b} à {c}, passe {b} à {c}, apporte {b} à {c}, tend {b} à {c}, remet {b} à {c}"),
        of_second=listed("est donné% à {c} par {a}, est offert% à {c} par {a}, passe de {a} à {c}"),
        of_third=listed("reçoit {b} de {a}, prend {b} à {a}"),
    ),
    "grow": Deed(
        listed("""grandit, grossit, devient plus grand%, s'agrandit, devient énorme, augmente de taille, gonfle,
            pousse""")
    ),
    "hide": Deed(
        listed("""passe derrière {b}, se cache derrière {b}, disparaît derrière {b}, va derrière {b}, glisse
            derrière {b}"""),
        of_second=listed("cache {a}, masque {a}, cache {a} un instant"),
        after=listed("""et réapparaît de l'autre côté, puis réapparaît, et ressort de l'autre côté, et revient
            inchangé"""),
    ),
}  # fmt: skip

_ROLL: Final = listed("roule, roule par terre, roule sur le sol")
_WALK: Final = listed("marche, court, se promène, trotte")
_FLOAT: Final = listed("flotte, vole, plane, flotte dans l'air")
_OWN: Final[dict[tuple[Action, Kind], tuple[str, ...]]] = {
    ("move", "ball"): _ROLL,
    ("move", "ring"): _ROLL,
    ("move", "cat"): _WALK,
    ("move", "robot"): _WALK,
    ("move", "ghost"): _FLOAT,
}

_SIDES: Final = """vers la {0}, à {0}, de {1} à {0}, de la {1} vers la {0}, vers le côté {2}, de la {1} à la {0},
    depuis la {1}, en direction de la {0}, venant de la {1}"""

FRENCH: Final = Language(
    code="fr",
    nouns={
        "ball": _nouns("la balle, le ballon, la boule, la sphère, la bille, le cercle, le disque"),
        "block": _nouns("le cube, le bloc, la boîte, la brique, le carré, la caisse"),
        "cone": _nouns("le cône, la pyramide, le triangle"),
        "star": _nouns("la étoile"),
        "heart": _nouns("le cœur"),
        "ring": _nouns("le anneau, la bague, le cerceau, le donut, la roue, le beignet"),
        "cat": _nouns("le chat, le chaton, la chatte, le minou"),
        "robot": _nouns("le robot, le androïde, le automate"),
        "ghost": _nouns("le fantôme, le spectre, le revenant, le esprit"),
        "cookie": _nouns("le biscuit, le cookie, le gâteau, le sablé"),
        "wall": _nouns("le mur, la muraille, la paroi, la barrière"),
        "vase": _nouns("le vase, la urne"),
        "cup": _nouns("la tasse, le verre, le gobelet"),
        "jug": _nouns("la cruche, la carafe, le pichet, la bouteille"),
        "plant": _nouns("la plante, la fleur, la plante en pot"),
        "screen": _nouns("le paravent, le panneau, le écran, la cloison, le rideau"),
    },
    anything=_nouns("la chose, le objet, le jouet, la forme"),
    anyone=_nouns("le personnage, la créature, la figure"),
    colours={
        "red": _adjectives("rouge, écarlate, cerise!"),
        "orange": _adjectives("orange!, orangé/orangée"),
        "yellow": _adjectives("jaune, doré/dorée, citron!"),
        "green": _adjectives("vert/verte, émeraude!"),
        "cyan": _adjectives("cyan!, turquoise!"),
        "blue": _adjectives("bleu/bleue, azur!"),
        "purple": _adjectives("violet/violette, mauve, lilas!, pourpre"),
        "white": _adjectives("blanc/blanche, ivoire!"),
    },
    sizes={
        "small": _adjectives("petit/petite, minuscule, petit/petite", before=True),
        "medium": (*_adjectives("moyen/moyenne"), *_adjectives("normal/normale")),
        "large": _adjectives("grand/grande, gros/grosse, énorme, grand/grande", before=True),
    },
    materials={
        "matte": _adjectives("mat/mate, terne"),
        "shiny": _adjectives("brillant/brillante, luisant/luisante, poli/polie"),
        "wooden": (),
        "glass": _adjectives("transparent/transparente"),
    },
    made_of={"matte": (), "shiny": ("en métal",), "wooden": ("en bois", "de bois"), "glass": ("en verre", "de verre")},
    indefinite=("un", "une"),
    definite=("le", "la", "les", "les"),
    single=("un seul", "une seule"),
    numbers={2: ("deux", "2", "une paire de"), 3: ("trois", "3", "un groupe de trois")},
    deeds=_DEEDS,
    own_deeds=_OWN,
    directions={
        "left": listed(_SIDES.format("gauche", "droite", "gauche")),
        "right": listed(_SIDES.format("droite", "gauche", "droit")),
    },
    standings={
        "left_of": Standing(
            listed("à gauche de {b}, sur la gauche de {b}, du côté gauche de {b}"),
            listed("à droite de {a}, sur la droite de {a}"),
            ("{a} à gauche et {b} à droite", "{b} à droite et {a} à gauche"),
        ),
        "right_of": Standing(
            listed("à droite de {b}, sur la droite de {b}, du côté droit de {b}"),
            listed("à gauche de {a}, sur la gauche de {a}"),
            ("{a} à droite et {b} à gauche", "{b} à gauche et {a} à droite"),
        ),
        "behind": Standing(
            ("derrière {b}",), ("devant {a}",), ("{b} devant et {a} derrière", "{a} derrière et {b} devant")
        ),
        "in_front_of": Standing(
            ("devant {b}",), ("derrière {a}",), ("{a} devant et {b} derrière", "{b} derrière et {a} devant")
        ),
        "between": Standing(
            listed("entre {b} et {c}, entre {c} et {b}, au milieu entre {b} et {c}"),
            whole=("{b} et {c} avec {a} au milieu",),
        ),
    },
    stances=listed("est, se trouve, reste, se tient"),
    frames=(
        Frame("{s} {f}", "sentence", 8),
        Frame("{s} {is} en train de {g}", "sentence", 2),
        Frame("{s} qui {f}", "nominal", 8),
        Frame("il y a {s} qui {f}", "presenting", 1),
        Frame("on voit {s} qui {f}", "presenting", 1),
        Frame("voici {s} qui {f}", "presenting", 1),
    ),
    be=("est", "sont"),
    backgrounds={
        "meadow": places(
            "dans un pré, sur une prairie, dans l'herbe, sur l'herbe, dans un champ, dans un parc, à la campagne",
            "prairie, herbe, parc, champ, campagne",
        ),
        "beach": places(
            "sur une plage, à la plage, sur le sable, au bord de la mer, près de l'océan", "plage, bord de mer, sable"
        ),
        "city": places(
            "dans une ville, en ville, dans la rue, dans une rue, sur la route",
            "ville, rue, ville moderne",
        ),
        "night": places(
            "la nuit, de nuit, dans la nuit, sous le ciel nocturne, dans le noir, au clair de lune, à minuit",
            "nuit, ciel nocturne, clair de lune",
        ),
        "room": places(
            "dans une pièce, dans une chambre, dans un salon, à la maison, à l'intérieur, dans une maison",
            "chambre, salon, intérieur, pièce",
        ),
        "snow": places("dans la neige, sur la neige, en hiver, sur la glace", "neige, hiver, paysage enneigé"),
        "forest": places(
            "dans une forêt, dans la forêt, dans les bois, entre les arbres, parmi les arbres", "forêt, bois, arbres"
        ),
    },
    lights={
        "day": places(
            "de jour, en plein jour, par une journée ensoleillée, au soleil, à midi",
            "jour, soleil, lumière du jour",
        ),
        "sunset": places(
            "au coucher du soleil, le soir, au crépuscule, dans la lumière du soir",
            "coucher de soleil, soir, crépuscule",
        ),
        "overcast": places(
            "sous un ciel gris, par temps couvert, sous les nuages, sous un ciel nuageux",
            "nuages, nuageux, ciel gris",
        ),
    },
    cameras={
        "static": places(
            "la caméra est fixe, la caméra ne bouge pas, la caméra reste immobile",
            "caméra fixe, plan fixe",
        ),
        "pan_left": places(
            "la caméra tourne vers la gauche, la caméra pivote à gauche, la caméra va vers la gauche",
            "panoramique vers la gauche, panoramique à gauche, panoramique gauche",
        ),
        "pan_right": places(
            "la caméra tourne vers la droite, la caméra pivote à droite, la caméra va vers la droite",
            "panoramique vers la droite, panoramique à droite, panoramique droite",
        ),
        "zoom_in": places("la caméra zoome, la caméra fait un zoom avant", "zoom avant, zoom"),
        "zoom_out": places("la caméra dézoome, la caméra fait un zoom arrière", "zoom arrière"),
        "orbit": places(
            "la caméra tourne autour de la scène, la caméra fait le tour de la scène, la caméra orbite",
            "caméra en orbite, plan circulaire",
        ),
        "dolly_in": places(
            "la caméra avance, la caméra s'approche, la caméra se rapproche", "travelling avant, caméra qui avance"
        ),
    },
    camera_joints=(", {camera}", ". {camera}", " pendant que {camera}", " et {camera}"),
    styles={
        "photoreal": Openings(
            listed("""une vidéo réaliste de, une vidéo photoréaliste de, une photo de, un film réaliste de, un plan
                réaliste de"""),
            listed("réaliste:, photoréaliste:, une vidéo réaliste où"),
        ),
        "animated": Openings(
            listed("un dessin animé de, une animation de, une vidéo animée de, un film animé de, un dessin de"),
            listed("un dessin animé où, dessin animé:, une animation où"),
        ),
    },
    style_tags={
        "photoreal": listed("photoréaliste, réaliste, style réaliste, style photo"),
        "animated": listed("""dessin animé, style dessin animé, animé, style animé, style bande dessinée, en dessin
            animé"""),
    },
    openings=Openings(
        listed("une vidéo de, un clip de, un film de, une scène avec, un plan de, une vidéo avec, montre, montre-moi"),
        listed("une vidéo où, une scène où, un film où, un clip où"),
    ),
    bystanders=listed("""à côté de {x}, avec {x} à côté, près de {x}, avec {x} tout près, et il y a aussi {x}, avec
        {x} dans l'image"""),
    and_="et",
    conjugate=_conjugate,
    endings=("", "e", "s", "es"),
    contractions=(
        (re.compile(r"\b([LlDd]e|[Ll]a|[Qq]ue|[Ss]e|[Nn]e) (?=[aeiouéèêâîôœ])"), r"\1' "),
        (re.compile(r"\b([LlDdSsNn]|[Qq]u)[ea]' "), r"\1'"),
        (re.compile(r"\b([Dd])e le "), r"\1u "),
        (re.compile(r"\b([Dd])e les "), r"\1es "),
        (re.compile(r"\bà le "), "au "),
        (re.compile(r"\bà les "), "aux "),
    ),
    contracted=("l", "d", "s", "n", "qu", "du", "des", "au", "aux"),
    function_words=parted(
        """le la les l un une des du de d au aux a à et ou où mais donc or ni car que qu qui quoi dont ce cet cette
        ces c ça cela il elle ils elles on nous vous je j tu me m te t se s lui leur leurs son sa ses mon ma mes ton
        ta tes notre votre y en dans sur sous avec pour par chez vers est sont était étaient être été a ont avait
        avoir sera très plus moins aussi bien tout tous toute toutes comme si puis alors ensuite ici là n pendant
        lorsque quand"""
    ),
)  # fmt: skip
