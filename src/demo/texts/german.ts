import type { Frame, Issue } from './issue.ts';

/** Held out: the same shop, asked in German. */
export const GERMAN_ISSUES: readonly Issue[] = [
	{
		id: 'de-abpumpen',
		questions: [
			'Warum bleibt nach dem Waschen Wasser in der Trommel stehen?',
			'Die Waschmaschine pumpt nicht ab und zeigt E20. Was kann ich selbst prüfen?',
		],
		steps: [
			'Öffnen Sie das Flusensieb unten rechts langsam und stellen Sie eine flache Schale darunter.',
			'Entfernen Sie Münzen und Haare und drehen Sie das kleine Rad dahinter mit dem Finger.',
			'Prüfen Sie, ob der Ablaufschlauch geknickt ist.',
		],
		weak: 'Etwas Wasser ist ganz normal, starten Sie das Programm einfach noch einmal.',
	},
	{
		id: 'de-belag',
		questions: [
			'Woher kommt der weiße Belag auf meinen Gläsern?',
			'Trotz Salz und Klarspüler sind die Gläser trüb. Was mache ich falsch?',
		],
		steps: [
			'Stellen Sie die Wasserhärte im Menü auf den Wert Ihres Wasserwerks ein.',
			'Reiben Sie ein Glas mit Essig ab: Geht der Belag weg, ist es Kalk; bleibt er, ist das Glas angegriffen.',
			'Spülen Sie dünne Gläser höchstens bei 50 °C.',
		],
		weak: 'Gläser werden mit der Zeit eben etwas matt.',
	},
	{
		id: 'de-kuehlschrank',
		questions: [
			'An der Rückwand meines Kühlschranks wächst Eis. Ist er defekt?',
			'Der Kühlschrank zeigt 9 °C statt 4 °C. Woran liegt das?',
		],
		steps: [
			'Machen Sie das kleine Abflussloch an der Rückwand mit einem Wattestäbchen frei.',
			'Klemmen Sie ein Blatt Papier in die Tür: Lässt es sich leicht herausziehen, schließt die Dichtung nicht.',
			'Lassen Sie zwei Finger breit Platz vor den Luftschlitzen.',
		],
		weak: 'Ein Kühlschrank ist nun einmal kalt, da bildet sich auch Eis.',
	},
	{
		id: 'de-entkalken',
		questions: [
			'Wie oft muss ich die Kaffeemaschine entkalken, und womit?',
			'Darf ich die Kaffeemaschine mit Essig entkalken?',
		],
		steps: [
			'Entkalken Sie, wenn die Anzeige es verlangt, bei hartem Wasser etwa alle acht Wochen.',
			'Nehmen Sie Zitronen- oder Milchsäure, keinen Essig: Er greift die Dichtungen an.',
			'Spülen Sie danach zwei Tankfüllungen Wasser durch.',
		],
		weak: 'Das kommt darauf an, jeder macht es ein bisschen anders.',
	},
	{
		id: 'de-trockner',
		questions: [
			'Der Trockner hört nach zwanzig Minuten auf, die Wäsche ist noch feucht. Warum?',
			'Warum wird die Jeans im Wärmepumpentrockner nicht trocken?',
		],
		steps: [
			'Wischen Sie die beiden Metallstreifen in der Trommel mit Essig ab, Kalk täuscht den Fühler.',
			'Reinigen Sie das Flusensieb und den zweiten Filter im Sockel.',
			'Schleudern Sie vorher mit mindestens 1200 Umdrehungen.',
		],
		weak: 'Trocknen Sie die Wäsche am besten zweimal hintereinander.',
	},
	{
		id: 'de-lieferung',
		questions: [
			'Kann ich den Liefertermin für Freitag noch verschieben?',
			'Nehmen Sie bei der Lieferung das alte Gerät mit?',
		],
		steps: [
			'Bis zum Vortag um zwölf Uhr geht das im Kundenkonto.',
			'Das Altgerät nehmen wir kostenlos mit, wenn es abgeschlossen und leer ist.',
			'Schäden an der Verpackung gehören vor der Unterschrift auf den Lieferschein.',
		],
		weak: 'Unsere Fahrer tun immer, was sie können.',
	},
	{
		id: 'de-backofen',
		questions: [
			'Der Kuchen wird hinten dunkel und vorne nicht. Ist der Ofen kaputt?',
			'Wie reinige ich zwischen den Scheiben der Ofentür?',
		],
		steps: [
			'Backen Sie einen Kuchen mit Ober- und Unterhitze auf der mittleren Schiene.',
			'Die innere Scheibe lässt sich herausheben, wenn Sie oben beide Klammern drücken.',
			'Ein Ofenthermometer zeigt, ob zehn Grad fehlen; das lässt sich im Menü ausgleichen.',
		],
		weak: 'Beim Backen braucht man einfach etwas Übung.',
	},
	{
		id: 'de-sauger',
		questions: [
			'Mein Akkusauger geht ständig an und aus. Ist der Akku hin?',
			'Der Staubsauger hat keine Saugkraft mehr, obwohl der Beutel neu ist. Warum?',
		],
		steps: [
			'Das Pulsieren kommt von verstopfter Luft, nicht vom Akku.',
			'Schauen Sie durch das Rohr gegen eine Lampe und schneiden Sie die Haare von der Walze.',
			'Waschen Sie den Schaumfilter und lassen Sie ihn einen Tag trocknen.',
		],
		weak: 'Ältere Geräte werden mit der Zeit schwächer.',
	},
	{
		id: 'de-kosten',
		questions: [
			'Was kostet ein Heizlüfter mit 2 kW bei drei Stunden am Tag?',
			'Ist ein Ölradiator sparsamer als ein Heizlüfter?',
		],
		steps: [
			'2 kW mal 3 Stunden mal 30 Tage sind 180 kWh im Monat.',
			'Mal den Preis auf Ihrer Rechnung, bei 0,32 je kWh also rund 58 im Monat.',
			'Jede elektrische Heizung macht aus derselben Leistung gleich viel Wärme.',
		],
		weak: 'Strom ist im Moment überall teuer.',
	},
];

export const GERMAN_FRAME: Frame = {
	contexts: [
		'',
		'Guten Tag,',
		'Wir sind gerade erst eingezogen.',
		'Das Gerät ist elf Monate alt.',
		'Es geht um die Larkfield Tarn 7.',
		'Meine Nachbarin meinte, ich soll Sie fragen.',
		'Ich habe die Anleitung schon zweimal gelesen.',
		'Bis Sonntag lief alles einwandfrei.',
	],
	details: [
		'',
		'Ich möchte nichts aufschrauben.',
		'Kostet mich das etwas?',
		'Vielen Dank im Voraus!',
		'Was soll ich zuerst tun?',
		'Wir haben sehr hartes Wasser.',
		'Ein Foto hängt an.',
		'Kann ich es bis dahin benutzen?',
	],
	openers: [
		'Vielen Dank für Ihre Nachricht, es tut mir leid, dass Sie solche Unannehmlichkeiten haben.',
		'Das ist eine sehr gute Frage, und Sie sind damit ganz sicher nicht allein.',
		'Gerne gehe ich mit Ihnen alles der Reihe nach durch, damit wir nichts übersehen.',
	],
	padding: [
		'Jeder Haushalt ist anders, deshalb lohnt es sich, in Ruhe hinzusehen.',
		'Regelmäßige Pflege zahlt sich im Allgemeinen aus und erhält die Freude am Gerät.',
		'Natürlich kann es auch andere Gründe geben, die sich aus der Ferne vielleicht nicht sofort erkennen lassen.',
		'Bitte beachten Sie, dass die Ergebnisse von Fall zu Fall etwas abweichen können.',
		'Vielen Kundinnen und Kunden hilft es, die Anleitung dabei bereitzulegen.',
	],
	closers: [
		'Ich hoffe, das hilft Ihnen weiter, und wünsche Ihnen einen schönen Tag!',
		'Melden Sie sich jederzeit gerne wieder.',
		'Sollte das nichts ändern, finden wir gemeinsam eine andere Lösung.',
	],
	leads: ['Bitte gehen Sie so vor:', '**Das können Sie prüfen**', 'Schritt für Schritt:'],
	starts: ['', '', 'Kurz gesagt: ', 'Wahrscheinlich so: '],
};
