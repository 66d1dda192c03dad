"""Where the known words stand in WordNet: each line ties a word to senses, and with them to all that lies below."""

from typing import Final

ANCHORS: Final = """
n cat = cat.n.1 feline.n.1
n cat ~ carnivore.n.1 rodent.n.1 lagomorph.n.1 monkey.n.1
n creature < animal.n.1 monster.n.1 mythical_monster.n.1
n character < person.n.1 imaginary_being.n.1 deity.n.1
n robot = automaton.n.2
n ghost = ghost.n.1 ghost.n.3 apparition.n.1
n ghost ~ vampire.n.1 fairy.n.1 demon.n.1 angel.n.1
n ball = ball.n.1 ball.n.3 ball.n.6 sphere.n.2 sphere.n.5 balloon.n.1 balloon.n.2
n ball ~ planet.n.1 satellite.n.3 disk.n.1 circle.n.1 asteroid.n.1 pearl.n.1 egg.n.2
n block = block.n.1 block.n.3 cube.n.1 box.n.1 brick.n.1 cuboid.n.1
n block ~ package.n.2 tower.n.1 rock.n.1 slab.n.1
n cone = cone.n.1 cone.n.2 pyramid.n.1 triangle.n.1
n cone ~ tepee.n.1
n star = star.n.1 star.n.3 star.n.5 starfish.n.1 pentagram.n.1 asterisk.n.1
n heart = heart.n.2 heart.n.7
n ring = ring.n.2 ring.n.3 ring.n.8 hoop.n.1 torus.n.1 doughnut.n.2
n ring ~ wheel.n.1 bracelet.n.2 wreath.n.1 necklace.n.1 crown.n.4 bagel.n.1
n cookie = cookie.n.1 biscuit.n.1 cracker.n.1
n cookie ~ food.n.1 food.n.2 edible_fruit.n.1 meat.n.1 dish.n.2 nut.n.1 snack.n.1
n wall = wall.n.1 wall.n.7 wall.n.8
n wall ~ fence.n.1 barrier.n.1
n vase = vase.n.1 urn.n.1
n vase ~ pot.n.1 pot.n.4 jar.n.1
n cup = cup.n.1 glass.n.2 mug.n.4 drinking_vessel.n.1
n cup ~ bowl.n.1 bowl.n.3 bucket.n.1
n jug = jug.n.1 pitcher.n.2 bottle.n.1
n jug ~ teapot.n.1 kettle.n.1 flask.n.1
n plant = plant.n.2 flower.n.1 flower.n.2 bush.n.2
n screen = screen.n.4 screen.n.5 screen.n.8 blind.n.1 partition.n.1 curtain.n.1
n screen ~ door.n.1 billboard.n.1
n toy = plaything.n.1
n shape = polygon.n.1
n water = water.n.1
n juice = beverage.n.1
n meadow = grassland.n.1 meadow.n.1 lawn.n.1 pasture.n.1
n field = field.n.1
n park = park.n.1 park.n.2 garden.n.1 garden.n.2 playground.n.1
n countryside = countryside.n.1
n countryside ~ valley.n.1 hill.n.1
n beach = beach.n.1 shore.n.1 coast.n.1
n sea = sea.n.1 ocean.n.1
n sea ~ lake.n.1 bay.n.1
n sand = sand.n.1
n sand ~ desert.n.1 dune.n.1
n city = city.n.1 town.n.1 village.n.1 metropolis.n.1
n street = street.n.1 road.n.1 alley.n.1
n night = night.n.1
n darkness = dark.n.1 darkness.n.1
n room = room.n.1
n house = house.n.1 home.n.2
n snow = snow.n.1 snow.n.2
n ice = ice.n.1 glacier.n.1 frost.n.2
n winter = winter.n.1
n forest = forest.n.1 forest.n.2 grove.n.1 jungle.n.3
n sunset = sunset.n.1 twilight.n.1 dawn.n.1
n evening = evening.n.1
n day = day.n.4 morning.n.1 afternoon.n.1
n noon = noon.n.1
n sunshine = sunlight.n.1
n clouds = cloud.n.2 fog.n.1
n clouds ~ rain.n.1 storm.n.1
n video = video.n.1
n film = movie.n.1
n photo = photograph.n.1
n drawing = drawing.n.2 painting.n.1 picture.n.1 sketch.n.1
n cartoon = cartoon.n.2
n red = red.n.1
n red ~ pink.n.1
n orange = orange.n.2
n orange ~ brown.n.1
n yellow = yellow.n.1
n green = green.n.1
n cyan = turquoise.n.2
n blue = blue.n.1
n purple = purple.n.1
n white = white.n.2
n metal = metal.n.1
n wood = wood.n.1
n ! person.n.2 body_part.n.1 plant_part.n.1 microorganism.n.1 food.n.3 larva.n.1 unpleasant_person.n.1
a red = red.a.1
a red ~ pink.a.1
a orange = orange.a.1
a orange ~ brown.a.1
a yellow = yellow.a.1
a green = green.a.1
a blue = blue.a.1
a purple = purple.a.1
a white = white.a.1
a big = large.a.1
a small = small.a.1 short.a.3
a medium = medium.a.1
a shiny = bright.a.1 metallic.a.1
a dull = mat.a.1 dull.a.2
a wooden = wooden.a.1
a transparent = clear.a.4 transparent.a.1
a realistic = realistic.a.1
a cloudy = cloudy.a.2 overcast.a.1 stormy.a.1
a dark = dark.a.1
a snowy = snowy.a.1 wintry.a.1
a urban = urban.a.1
a motionless = still.a.1 stationary.a.1
v move = travel.v.1
v walk = walk.v.1
v run = run.v.1
v fly = fly.v.1
v float = float.v.1
v slide = slide.v.2 glide.v.1
v roll = roll.v.1 roll.v.2
v jump = jump.v.1
v bounce = bounce.v.1
v rise = rise.v.1
v circle = revolve.v.2 circle.v.1 circle.v.2
v chase = chase.v.1
v follow = follow.v.1
v push = push.v.1
v hit = hit.v.1 hit.v.2 hit.v.3 strike.v.1 bump.v.1 kick.v.1
v topple = topple.v.2
v bite = bite.v.1
v eat = eat.v.1 eat.v.2 eat.v.3
v chew = chew.v.1
v dent = dent.v.1
v break = break.v.2 break.v.4 break.v.5
v smash = smash.v.2 shatter.v.1 destroy.v.1
v pour = pour.v.1 pour.v.3
v fill = fill.v.1
v give = hand.v.1
v grow = grow.v.2 grow.v.3 expand.v.1 swell.v.1
v hide = hide.v.1 hide.v.2
v disappear = disappear.v.1
v rest = rest.v.1 sleep.v.1
v stand = stand.v.1
v sit = sit.v.1
v wait = wait.v.1
v ! descend.v.1 retreat.v.1 return.v.1 turn.v.1 enter.v.1 leave.v.1
"""
"""Part of speech, word, sign, senses. `=` the word names it, or a kind of it. `~` something like it. `<` a general word
for it. `!` stands for nothing: what lies below is not placed, unless something nearer is."""
