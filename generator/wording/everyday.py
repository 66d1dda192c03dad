"""Everyday words placed by hand: where WordNet is silent or odd, and for French and Spanish, which it does not know.

Each line: language, part of speech, sign as in `anchors.py`, the known word, then the words that it stands in for.
French and Spanish words are written without accents.
"""

from collections.abc import Iterator
from functools import cache
from typing import Final, cast

from .lexicon import Entry, How, Language, Part

EVERYDAY: Final = """
en n = ball: football basketball baseball soccer snowball beachball softball volleyball globes pingpong
en n ~ ball: apple orange tomato sun moon earth mars peach melon planet
en n = block: cubes lego rectangle
en n ~ block: book suitcase gift present chest package parcel skyscraper
en n ~ cone: mountain hat tent volcano rocket carrot
en n = ring: bagel bracelet wreath lifebuoy
en n ~ cat: dog puppy fox tiger lion wolf bear rabbit bunny mouse hamster squirrel panda leopard raccoon
en n < creature: bird fish horse cow pig sheep chicken duck snake frog elephant monkey dinosaur dragon unicorn
en n < creature: butterfly bee whale shrimp lobster octopus squid crab shark dolphin turtle crocodile bug insect
en n < character: man woman boy girl child kid baby person guy lady human player soldier princess king queen knight
en n < character: pirate
en n ~ robot: machine cyborg mech humanoid
en n ~ ghost: zombie vampire witch wizard fairy monster alien angel demon
en n ~ cookie: cake bread pizza sandwich burger hamburger cupcake muffin pie chocolate candy food snack meal fruit
en n ~ cookie: banana cheese pancake
en n = wall: bricks fence hedge gate
en n ~ vase: pot jar flowerpot bowl dish plate
en n = cup: teacup goblet
en n ~ cup: bucket pail
en n = jug: teapot kettle can
en n = plant: tree rose tulip sunflower cactus
en n = screen: blinds shutter
en n ~ screen: door cupboard television tv monitor
en n = water: liquid drink
en n ~ water: milk tea coffee wine beer soda lemonade
en n = meadow: grassland pasture prairie savanna farm
en n ~ meadow: hill hills valley
en n = beach: shore shoreline seashore island
en n ~ sand: desert dunes
en n ~ sea: lake river pool pond waves
en n = city: metropolis village cityscape tokyo paris london york
en n = street: highway avenue pavement sidewalk
en n = night: nighttime
en n ~ night: space galaxy universe stars
en n = room: bedroom bathroom office classroom hall lab laboratory
en n = snow: blizzard snowstorm snowfall arctic antarctica
en n = forest: rainforest woodland grove
en n = sunset: sunrise twilight nightfall
en n = day: morning afternoon daytime midday
en n = clouds: fog mist smog
en n ~ clouds: rain storm thunderstorm
en a ~ cloudy: rainy foggy misty stormy gloomy
en a = sunny: sunlit
en n = video: footage clip gif reel
en n = film: movie cinema documentary
en n = photo: picture image photography
en n = cartoon: toon pixar disney manga
en a = animated: cartoonish stylized
en a = realistic: hyperrealistic hyper real cinematic natural
en a ~ red: pink magenta maroon rosy burgundy
en a ~ orange: brown bronze copper
en a = yellow: gold mustard blonde
en a ~ white: silver beige cream pale grey gray silvery
en a = blue: sapphire indigo
en a = purple: lavender plum
en a = green: olive mint khaki
en a ! -: black
en a = small: smaller tinier teeny wee petite
en a = big: bigger larger biggest largest enormous gigantic massive colossal
en a = shiny: metallic chrome sparkling glittering
en a = transparent: clear translucent
en a ~ wooden: cardboard bamboo
en v = move: crawl creep swim drive ride sail
en v = push: shoves nudge
en v = jump: bounds
en v = eat: gobble gulp devour swallow
en v = grow: expand inflate
en v = rise: ascend levitate
en v = break: shatter crack
en v = chase: pursue
en v = run: jog
en v = give: donate lend offer toss
en v ~ dent: scratch damage
en v ! -: fall drop sink descend shrink dance sing talk cry laugh smile explode melt burn spin rotate turn
fr n ~ chat: chien chiot loup renard souris lapin tigre lion ours ecureuil hamster panda
fr n < creature: oiseau poisson cheval vache cochon mouton poule canard serpent grenouille elephant singe dinosaure
fr n < creature: dragon animal
fr n < personnage: homme femme garcon fille enfant bebe personne monsieur dame roi reine soldat princesse chevalier
fr n < personnage: pirate
fr n ~ fantome: zombie vampire sorciere fee monstre extraterrestre
fr n ~ robot: machine
fr n ~ balle: pomme orange soleil lune terre planete tomate melon
fr n = ballon: football
fr n ~ cube: livre valise cadeau colis
fr n ~ cone: montagne chapeau tente carotte fusee
fr n ~ biscuit: pain pizza sandwich chocolat bonbon tarte crepe banane fromage nourriture fruit
fr n ~ vase: pot bocal bol assiette
fr n ~ tasse: seau
fr n = cruche: broc theiere
fr n = plante: arbre rose tulipe cactus arbuste buisson
fr n ~ paravent: porte ecran television
fr n = mur: cloture haie palissade
fr n ~ eau: lait the cafe vin limonade
fr n = prairie: pelouse gazon pature savane
fr n ~ prairie: colline vallee
fr n = plage: rivage cote ile
fr n ~ sable: desert dunes
fr n ~ mer: lac riviere piscine etang
fr n = ville: village paris cite
fr n = rue: avenue boulevard trottoir
fr n = chambre: cuisine bureau salle
fr n = foret: bosquet
fr n = video: sequence
fr a ~ rouge: bordeaux
fr a ~ orange: marron brun
fr a ~ blanc: gris beige argente
fr a = violet: lavande
fr a = grand: immense geant gigantesque
fr a = petit: mini
fr a = brillant: metallique
fr a ~ nuageux: pluvieux brumeux
fr a ! -: noir noire noirs noires
fr v ! -: tombe danse chante parle pleure rit
es n ~ gato: perro perrito lobo zorro raton conejo tigre leon oso ardilla panda
es n < criatura: pajaro pez caballo vaca cerdo oveja gallina pato serpiente rana elefante mono dinosaurio dragon
es n < criatura: animal
es n < personaje: hombre mujer nino nina chico chica bebe persona senor senora rey reina soldado princesa caballero
es n < personaje: pirata
es n ~ fantasma: zombi vampiro bruja hada monstruo extraterrestre
es n ~ robot: maquina
es n ~ pelota: manzana naranja sol luna tierra planeta tomate melon
es n = pelota: futbol baloncesto
es n ~ cubo: libro maleta regalo paquete
es n ~ cono: montana sombrero tienda zanahoria cohete
es n ~ galleta: pan pizza bocadillo chocolate caramelo tarta platano queso comida fruta
es n ~ jarron: olla tarro cuenco plato
es n ~ taza: balde
es n = jarra: tetera
es n = planta: arbol rosa tulipan cactus arbusto
es n ~ biombo: puerta television
es n = pared: valla cerca seto
es n ~ agua: leche te cafe vino limonada
es n = prado: pradera pasto sabana
es n ~ prado: colina valle
es n = playa: orilla isla
es n ~ arena: desierto dunas
es n ~ mar: lago rio piscina estanque
es n = ciudad: pueblo madrid
es n = calle: avenida carretera acera
es n = habitacion: cocina oficina dormitorio
es a ~ rojo: rosado granate
es a ~ naranja: marron
es a ~ blanco: gris beige plateado
es a = grande: gigantesco
es a = brillante: metalico
es a ~ nublado: lluvioso
es a ! -: negro negra negros negras
es v ! -: baila canta habla llora
en a ! -: vintage old new
"""
HOW: Final[dict[str, How]] = {"=": "synonym", "~": "akin", "<": "kind", "!": "kind"}
"""What a sign says of a word."""


def everyday() -> Iterator[tuple[Language, str, Entry]]:
    """Yield the entries: language, word, where it belongs."""
    for line in EVERYDAY.strip().splitlines():
        head, _, words = line.partition(":")
        language, part, sign, target = head.split()
        entry = Entry(None if sign == "!" else target, HOW[sign], cast("Part", part))
        for word in words.split():
            yield cast("Language", language), word, entry


@cache
def everyday_words(language: Language) -> frozenset[str]:
    """Return the words of one language that stand in the list."""
    return frozenset(word for code, word, _ in everyday() if code == language)
