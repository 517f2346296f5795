import type { Frame, Issue } from './issue.ts';

/** In distribution: household appliances, in English. */
export const APPLIANCE_ISSUES: readonly Issue[] = [
	{
		id: 'washer-drain',
		questions: [
			'Why does my washing machine stop with water still in the drum?',
			'The washer will not drain and shows E20. What can I check myself?',
			'There is grey water standing in the washing machine after the cycle. How do I get it out?',
		],
		steps: [
			'Put a shallow tray under the small flap at the bottom front and open the filter slowly, because up to two litres will run out.',
			'Pull coins, hair and lint out of the filter and turn the little wheel behind it with a finger.',
			'Check that the grey hose behind the machine is not kinked and ends no higher than one metre.',
			'Start the drain programme on its own; if the pump only hums, it needs replacing.',
		],
		weak: 'Water in the drum is normal from time to time, so just run the programme again.',
	},
	{
		id: 'washer-smell',
		questions: [
			'My washing machine smells musty even though I use good detergent. What helps?',
			'Towels come out of the washer smelling like a cellar. Where does that come from?',
			'How do I get rid of the mouldy smell in the rubber seal?',
		],
		steps: [
			'Run it empty at 90 °C once a month without detergent.',
			'Wipe the folds of the door seal dry after the last wash and leave the door ajar.',
			'Clean the detergent drawer with warm water and a brush; mould grows in the roof above it.',
			'Use powder for whites, since liquid detergent feeds the film that smells.',
		],
		weak: 'You could add more fabric softener, which covers most smells.',
	},
	{
		id: 'washer-walk',
		questions: [
			'The washer jumps across the floor when it spins. How do I stop that?',
			'Why does the washing machine bang against the wall at 1,400 turns?',
			'During the spin cycle the whole kitchen shakes. Is the machine broken?',
		],
		steps: [
			'Check that all four transport bolts at the back have been taken out.',
			'Turn the feet until a spirit level on top shows level both ways, then tighten the lock nuts.',
			'Do not wash a single heavy item; add two towels so that the load can spread.',
			'A rubber mat helps on tiles, but only after the machine stands level.',
		],
		weak: 'Spinning is a strong movement, so some noise has to be expected.',
	},
	{
		id: 'dryer-damp',
		questions: [
			'The tumble dryer stops after twenty minutes and everything is still damp. Why?',
			'My heat pump dryer says "dry" but the jeans are wet. What is wrong?',
			'What makes a dryer finish too early?',
		],
		steps: [
			'Wipe the two metal strips inside the drum with vinegar, because lime on them fools the moisture sensor.',
			'Clean the lint filter and the second filter at the bottom.',
			'Choose "cupboard dry plus" for jeans and dry them apart from thin shirts.',
			'Spin at 1,200 or more before drying.',
		],
		weak: 'Try drying the clothes twice, and the second time they will usually be drier.',
	},
	{
		id: 'dryer-tank',
		questions: [
			'The "empty tank" light of my dryer stays on although the tank is empty. What now?',
			'My condenser dryer asks me to empty the water every ten minutes. Is the pump gone?',
		],
		steps: [
			'Take the tank out, rinse the small sieve in its lid and push it back until it clicks.',
			'Look for lint on the float at the back of the tank compartment and lift it gently once.',
			'Stand the dryer level: leaning backwards, the water never reaches the pump.',
		],
		weak: 'The light will go out by itself at some point.',
	},
	{
		id: 'dish-white',
		questions: [
			'Glasses come out of the dishwasher with a white film. How do I prevent that?',
			'Why are my glasses cloudy after a few weeks in the dishwasher?',
			'There is a chalky layer on everything in the dishwasher. Salt is full. What else?',
		],
		steps: [
			'Set the water hardness in the menu to the value of your water works, in most towns 14 to 21 °dH.',
			'Wipe one glass with vinegar: if the film goes, it is lime; if it stays, the glass is etched and cannot be saved.',
			'Fill up rinse aid and raise it one step.',
			'Wash thin glasses at 50 °C at most.',
		],
		weak: 'Glass simply gets old, and a polishing cloth makes it look better.',
	},
	{
		id: 'dish-wet',
		questions: [
			'Plastic boxes are always wet when the dishwasher has finished. Can I change that?',
			'Why does my dishwasher not dry the upper basket?',
		],
		steps: [
			'Switch on "extra dry"; it adds about twenty minutes.',
			'Open the door a hand wide when the programme ends, so that the steam can leave.',
			'Plastic holds too little heat to dry by itself: tilt the boxes and give them a shake.',
			'Check the rinse aid, because without it water stays in drops.',
		],
		weak: 'You may want to use a towel for the parts that are wet.',
	},
	{
		id: 'dish-leak',
		questions: [
			'There is a puddle in front of my dishwasher. Where do I start looking?',
			'My dishwasher shows E15 and hums without washing. What does that mean?',
		],
		steps: [
			'Close the tap first and switch the machine off.',
			'E15 means water in the base tray: the float switch keeps the pump running until the tray is dry.',
			'Look at the lower door edge for food on the seal, then at the hose joints behind the plinth.',
			'If you used washing-up liquid by mistake, foam is the cause; rinse it out with cold water and salt.',
		],
		weak: 'A puddle can have many causes and it is hard to say from here.',
	},
	{
		id: 'fridge-ice',
		questions: [
			'Ice grows on the back wall of my fridge. Is it faulty?',
			'How often should I defrost a fridge that says it is automatic?',
			'Why is there a sheet of ice behind the vegetable drawer?',
		],
		steps: [
			'A thin layer that melts again every few hours is how automatic defrosting works.',
			'If it stays, free the small drain hole at the bottom of the back wall with a cotton bud.',
			'Shut a strip of paper in the door: if it slides out easily, the seal needs cleaning or replacing.',
			'Let warm food cool down before you put it in.',
		],
		weak: 'Cold is what a fridge is for, so a little ice shows that it works well.',
	},
	{
		id: 'fridge-warm',
		questions: [
			'The fridge is warm but the freezer below works. What happened?',
			'My fridge shows 9 °C although it is set to 4. What can I do?',
		],
		steps: [
			'Feel whether the small fan at the top of the back wall blows air; ice around it stops the cold from rising.',
			'Switch everything off for 24 hours with the doors open, with towels on the floor.',
			'Leave two fingers of space around the vents inside.',
			'If it is warm again after a week, the defrost heater is faulty and a technician has to come.',
		],
		weak: 'Turn the dial to the coldest setting and wait for a change in the weather.',
	},
	{
		id: 'fridge-noise',
		questions: [
			'My new fridge clicks and gurgles all night. Should I be worried?',
			'The fridge hums louder than the old one. Is that within limits?',
		],
		steps: [
			'Gurgling is the coolant, and a click is the thermostat: both are harmless.',
			'A rattle comes from something that touches: pull the fridge two centimetres from the wall.',
			'Compare with the figure on the energy label; 38 dB is a quiet room.',
		],
		weak: 'People hear different things at night, and one gets used to it.',
	},
	{
		id: 'freezer-alarm',
		questions: [
			'The freezer alarm beeped this morning. Is the food still safe?',
			'After a power cut my freezer showed minus 8. Do I have to throw everything away?',
		],
		steps: [
			'Look at the highest temperature in the display before you cancel the alarm: it is erased afterwards.',
			'Below minus 9 °C everything can stay frozen.',
			'What is soft but still has ice crystals should be cooked today and not frozen again raw.',
			'Throw away minced meat, fish and ice cream that have melted.',
		],
		weak: 'Food is usually fine if it looks fine and smells fine.',
	},
	{
		id: 'oven-uneven',
		questions: [
			'My cakes burn at the back and stay pale at the front. Is the oven broken?',
			'Why does the oven bake unevenly with fan and two trays?',
		],
		steps: [
			'Use top and bottom heat for one cake, on the middle shelf, with the tin not touching the back wall.',
			'With two trays take the fan setting, 20 °C less, and swap them after two thirds of the time.',
			'Put a cheap oven thermometer in the middle: ten degrees off can be corrected in the menu under "calibrate".',
		],
		weak: 'Baking is a matter of experience, and a different recipe may work better.',
	},
	{
		id: 'oven-clean',
		questions: [
			'What is the best way to clean burnt fat off the oven floor?',
			'Can I use oven spray in a pyrolytic oven?',
			'How do I clean between the panes of the oven door?',
		],
		steps: [
			'Take the shelves out and run the pyrolytic cycle; afterwards only ash is left to wipe away.',
			'Never use spray on catalytic panels, the rough grey ones: it seals their pores.',
			'The inner pane lifts out once you press the two clips at the top of the door.',
			'For a small stain, a paste of baking soda left overnight is enough.',
		],
		weak: 'A strong cleaner and a bit of patience normally do the job.',
	},
	{
		id: 'hob-marks',
		questions: [
			'There are silver marks on my induction hob. Are those scratches?',
			'How do I remove burnt sugar from a glass hob?',
		],
		steps: [
			'Scrape sugar off while it is still warm, with a glass scraper held flat.',
			'Silver marks are metal from the pans and go away with a drop of citric acid cleaner.',
			'Run a fingernail across: only if it catches is it a scratch, and that one stays.',
		],
		weak: 'Marks are part of cooking and do not change how the hob works.',
	},
	{
		id: 'hob-trip',
		questions: [
			'My induction hob switches off when I use two rings on boost. Why?',
			'The fuse goes when the hob and the oven run together. Is that dangerous?',
		],
		steps: [
			'Two rings on one side share 3.7 kW, so boost on one takes power from the other.',
			'Put the big pots on different sides.',
			'In the menu, "power limit" must match your fuse: 3.7 kW for one phase of 16 A.',
			'If a fuse goes twice, have an electrician look at it before you use it again.',
		],
		weak: 'Perhaps you should cook one dish after the other.',
	},
	{
		id: 'coffee-lime',
		questions: [
			'How often does the espresso machine need descaling, and with what?',
			'Is vinegar good enough to descale a coffee machine?',
			'The coffee machine asks for descaling every week. Can that be right?',
		],
		steps: [
			'Descale when the display asks, at hard water about every eight weeks.',
			'Use citric or lactic acid for coffee machines, not vinegar: it attacks the seals.',
			'Measure your water with the test strip in the box and set that step in the menu, or the counter is wrong.',
			'Rinse with two full tanks before the next cup.',
		],
		weak: 'Coffee machines are all different, so do it when you have time.',
	},
	{
		id: 'coffee-sour',
		questions: [
			'My espresso tastes sour. Should I change the grind or the temperature?',
			'Why is the coffee thin and sour since I changed beans?',
		],
		steps: [
			'Grind one step finer, while the grinder runs.',
			'A shot of 40 ml should take 25 to 30 seconds.',
			'If the time is right and it is still sour, raise the temperature by one step.',
			'Use beans that were roasted two to six weeks ago ☕.',
		],
		weak: 'Taste is personal, and some people add sugar or milk.',
	},
	{
		id: 'coffee-leak',
		questions: [
			'There is always water in the drip tray of my coffee machine. Does it leak?',
			'Why does the coffee machine lose water overnight?',
		],
		steps: [
			'Two rinses a day put about 100 ml into the tray: that is not a leak.',
			'Lift the tank: if drops come from below, its valve has a grain of coffee in it.',
			'Grease the black ring of the brewing unit twice a year with food-safe grease.',
		],
		weak: 'Empty the tray more often and the water will not bother you.',
	},
	{
		id: 'vac-suction',
		questions: [
			'The vacuum cleaner has lost its suction. Bag and filter are new. What else?',
			'My cordless vacuum pulses on and off. Is the battery dead?',
		],
		steps: [
			'Pulsing means blocked air, not a weak battery.',
			'Look through the tube against a lamp, then take the brush roll out and cut the hair off.',
			'Wash the foam filter and let it dry for a full day; a damp one blocks.',
			'Check the bend behind the brush, where socks like to stay.',
		],
		weak: 'Older devices get weaker, and the floor may be more dusty than before.',
	},
	{
		id: 'vac-battery',
		questions: [
			'My cordless vacuum only lasts eight minutes now. Can I replace the battery?',
			'How should I store the vacuum battery in a holiday home?',
		],
		steps: [
			'Eight minutes on "max" is normal; compare on "eco", where it should reach forty.',
			'The battery comes out with two screws and is sold as a spare part for seven years.',
			'For storage charge it to about half and keep it above 5 °C.',
		],
		weak: 'Leave it on the charger all the time to be on the safe side.',
	},
	{
		id: 'robot-lost',
		questions: [
			'The robot vacuum forgets its map every few days. How do I fix that?',
			'Why does my robot vacuum not find its dock any more?',
		],
		steps: [
			'Leave half a metre free left and right of the dock, and a metre and a half in front.',
			'Wipe the small window on the turret: dust there makes the map drift.',
			'Save the map in the app, otherwise each start in another room makes a new one.',
			'Do not carry it during a run.',
		],
		weak: 'Wireless devices sometimes have a mind of their own.',
	},
	{
		id: 'kettle-scale',
		questions: [
			'White flakes float in my kettle. Is the water still drinkable?',
			'How do I descale a kettle without the smell of vinegar?',
		],
		steps: [
			'The flakes are lime and harmless.',
			'Boil half a litre, switch off, add a tablespoon of citric acid and wait fifteen minutes.',
			'Do not boil the acid, or it leaves a layer that is harder to remove.',
			'Rinse, boil once with fresh water and pour that away.',
		],
		weak: 'You can buy bottled water if the flakes disturb you.',
	},
	{
		id: 'toaster-smell',
		questions: [
			'My new toaster smells of burnt plastic. Is that normal?',
			'One side of the toast stays white. What is wrong with the toaster?',
		],
		steps: [
			'Run a new toaster three times empty at full heat with the window open.',
			'If it still smells on the fifth day, send it back.',
			'On "bagel" only one side heats: check that this light is off.',
		],
		weak: 'Bread has different kinds of flour, so results vary.',
	},
	{
		id: 'microwave-spark',
		questions: [
			'The microwave sparks at the side wall. Can I still use it?',
			'Why does the microwave crackle when I heat soup?',
		],
		steps: [
			'Stop using it until you have looked at the grey cover on the right: burnt spots on it make sparks.',
			'The cover is a spare part and can be cut to size.',
			'Take gold rims and foil out, and cover soup, because dried splashes burn first.',
			'Never open the housing: parts inside keep a dangerous charge.',
		],
		weak: 'Sparks look worse than they are, so choose a lower power.',
	},
	{
		id: 'mixer-heat',
		questions: [
			'My stand mixer gets hot and stops when I knead bread. Too much dough?',
			'How much flour can the small stand mixer take?',
		],
		steps: [
			'The small one takes 700 g of flour for bread dough, the large one 1.2 kg.',
			'Knead on step 2 for at most eight minutes, then let it rest for ten.',
			'After it switched itself off, set it to 0 and wait half an hour.',
		],
		weak: 'Kneading by hand is also a nice thing to do.',
	},
	{
		id: 'ac-drip',
		questions: [
			'Water drips from the portable air conditioner. Is something broken?',
			'The air conditioner blows, but the room stays at 28 °C. What am I doing wrong?',
		],
		steps: [
			'Push the drain plug at the back in firmly and stand the device level.',
			'Seal the window gap around the hose: the fan pulls warm air in through every gap.',
			'Keep the hose short and straight, under a metre and a half.',
			'Wash the filter behind the grille every two weeks in summer.',
		],
		weak: 'In summer it is warm, and such a device can only do so much.',
	},
	{
		id: 'heater-cost',
		questions: [
			'What does a 2 kW fan heater cost if it runs three hours a day?',
			'Is an oil radiator cheaper to run than a fan heater?',
		],
		steps: [
			'Power times hours: 2 kW × 3 h × 30 days = 180 kWh a month.',
			'Multiply by the price on your bill; at 0.32 a kWh that is about 58 a month.',
			'Every electric heater gives the same heat for the same power; the oil radiator only stays warm for longer.',
		],
		weak: 'Heating is expensive everywhere nowadays.',
	},
	{
		id: 'iron-spots',
		questions: [
			'My steam iron leaves brown spots on white shirts. How do I clean it?',
			'Why does the iron drip on the silk setting?',
		],
		steps: [
			'Steam needs at least two dots: on silk, switch the steam off.',
			'Fill it, heat it to the maximum and press "self clean" over the sink until the water is clear.',
			'Do not put scented water in: it burns to brown sugar in the chamber.',
		],
		weak: 'Dark shirts are less delicate in this respect.',
	},
	{
		id: 'purifier-filter',
		questions: [
			'How long does the filter of the air purifier really last?',
			'Can I wash the HEPA filter of my air purifier?',
		],
		steps: [
			'Six to twelve months, depending on hours: the counter in the menu knows.',
			'The outer net can be washed, the HEPA part not: water destroys its charge.',
			'After changing it, hold the reset key for five seconds.',
		],
		weak: 'As long as air comes out, everything should be fine.',
	},
	{
		id: 'delivery-slot',
		questions: [
			'Can I change the delivery slot of a fridge that comes on Friday?',
			'The driver says he only delivers to the kerb. I paid for the fourth floor. What now?',
			'Do you take my old washing machine with you when you deliver?',
		],
		steps: [
			'Slots can be moved in the account until noon on the day before.',
			'If "to the place of use" is on the order, the driver has to carry it up; call the number on the note while he is there.',
			'The old machine goes along free of charge if it is disconnected and empty.',
			'Damage on the packing is noted on the delivery slip before you sign.',
		],
		weak: 'Our drivers have a lot to do and do what they can.',
	},
	{
		id: 'spare-part',
		questions: [
			'Where do I find the number of a spare part for my dishwasher basket?',
			'The door handle of my oven broke. Can I buy only the handle?',
		],
		steps: [
			'The type plate is on the edge of the door; you need the number after "PNC".',
			'Enter it under "spare parts": the drawing shows every part with its number.',
			'Handles, baskets and seals are kept for ten years after the last one was sold.',
		],
		weak: 'It is often easier to buy a new device.',
	},
];

export const APPLIANCE_FRAME: Frame = {
	contexts: [
		'',
		'',
		'We moved in last month.',
		'I bought a Larkfield Breeze 40 in autumn.',
		'Hello, I hope you can help me.',
		'Short question before I call a technician.',
		'My neighbour says I should ask you first.',
		'We are a family of five and it runs twice a day.',
		'This is about the Larkfield Tarn 7.',
		'I rent the flat, so I cannot change much.',
		'My mother has the same model, eight years old.',
		'I have read the manual twice.',
		'Hi there!',
		'It worked perfectly until Sunday.',
		'Not urgent, but it annoys me.',
		'I am writing from a very small kitchen.',
		'The device is eleven months old.',
		'I am not good with technical things, so please be patient.',
		'Second message, because nobody answered the first one.',
		'We have very hard water here (22 °dH).',
		'Since the power cut on Tuesday something is off.',
		'I work nights, so noise matters to me.',
		'My order number is LF-20418, if you need it.',
		'Good morning from the top of the hill 🌄',
	],
	details: [
		'',
		'',
		'I have about half an hour tonight.',
		'There are small children in the house.',
		'I would rather not unscrew anything.',
		'I have a multimeter and some courage.',
		'Please tell me what to do first.',
		'Do I need to pay for a visit?',
		'The warranty ran out in May.',
		'It is the model with the round door.',
		'I already switched it off and on again.',
		'The shop in town could not tell me.',
		'Thanks in advance.',
		'My last one never did that.',
		'A photo is attached, in case it helps.',
		'I only have vinegar and baking soda at home.',
		'What would you do in my place?',
		'I am in a hurry, guests come at six.',
		'Is it safe to leave it running until then?',
		'It happens about every third time.',
		'Could it be my own fault?',
		'I would like to understand the cause, not just the fix.',
	],
	openers: [
		'Thank you for getting in touch with Larkfield Home, and I am sorry to hear about the trouble.',
		'That is a great question, and you are definitely not alone with it.',
		'I completely understand how annoying this must be in everyday life.',
		'Thanks for the detailed description, which makes it much easier to help.',
		'I am happy to walk you through everything you can try, one thing after another.',
		'Let us go through this together, so that we do not miss anything.',
		'Good that you write before you order a technician.',
	],
	padding: [
		'Every household is different, so it is worth taking a little time and looking at the whole situation.',
		'Many customers tell us that a quiet look at the device already brings a lot of clarity.',
		'In general, regular care pays off and keeps appliances in good shape for many years.',
		'It may also be helpful to have the manual at hand while you follow these points.',
		'As always, your safety and your comfort come first for us.',
		'Of course there can be other reasons too, and it is perhaps not always easy to tell them apart.',
		'If you are unsure at any point, there is no harm in stopping and starting again later.',
		'Small changes in daily use often make a surprisingly large difference.',
		'Please also keep in mind that results can vary a little from one home to another.',
		'We develop our devices with care, and we learn something from every question we receive.',
	],
	closers: [
		'I hope this helps, and please write again if anything remains unclear!',
		'Do let me know how it went, I am glad to help further.',
		'I wish you a pleasant day and good luck with it.',
		'If none of this changes anything, we will find another way together.',
		'Should you need a visit, you can book one in your account at any time.',
	],
	leads: ['Here is what I suggest:', 'Please try the following, in this order:', '**What to check**', 'Step by step:'],
	starts: ['', '', '', 'Most likely this: ', 'In short: ', 'Yes, you can fix this. ', 'First things first. '],
};
