/** Every fact of the help page. docs/help.md lists them with what the region must still confirm. */
import type { Fact } from './fact.ts'

const trentino = 'Area Enti Locali del Trentino, guida operativa CIE, agosto 2025'
const consulate = 'Consolato d’Italia, guida all’attivazione della CIE'
const sassari = 'Comune di Sassari, guida «Come accedere ai servizi online» con la CIE'
const piemonte = 'Regione Piemonte, guida dello Sportello Unico Digitale'
const reviewed = '2026-11-22'
const ministry = 'https://www.cartaidentita.interno.gov.it'

export const facts: readonly Fact[] = [
  {
    id: 'cie-activate',
    about: 'cie',
    source: trentino,
    reviewed,
    href: `${ministry}/`,
    it: {
      question: 'Come attivo la CIE per entrare nei servizi?',
      answer:
        'Da un computer apri il sito della carta d’identità e premi «Attiva». Ti servono la carta, il codice fiscale, la prima metà del PUK e il tuo telefono. Alla fine scegli come confermare gli accessi: con un SMS o con l’app CieID.',
      link: 'Sito della carta d’identità elettronica',
    },
    de: {
      question: 'Wie aktiviere ich die CIE für die Online-Dienste?',
      answer:
        'Öffnen Sie am Computer die Website der Identitätskarte und drücken Sie auf „Attiva“. Sie brauchen die Karte, die Steuernummer, die erste Hälfte der PUK und Ihr Telefon. Am Ende wählen Sie, wie Sie Anmeldungen bestätigen: mit SMS oder mit der App CieID.',
      link: 'Website der elektronischen Identitätskarte (italienisch)',
    },
    en: {
      question: 'How do I activate my CIE for online services?',
      answer:
        'On a computer open the website of the identity card and press “Attiva”. You need the card, your tax code, the first half of the PUK and your phone. At the end you choose how to confirm each sign-in: by text message or with the CieID app.',
      link: 'Website of the electronic identity card (in Italian)',
    },
  },
  {
    id: 'cie-codes',
    about: 'cie',
    source: trentino,
    reviewed,
    href: `${ministry}/info-utili/codici-di-sicurezza-pin-e-puk/`,
    it: {
      question: 'Dove trovo PIN e PUK della CIE?',
      answer:
        'Ogni codice ha 8 cifre. Le prime quattro sono sulla ricevuta che ti ha dato il Comune quando hai chiesto la carta, le ultime quattro nella lettera arrivata con la carta.',
      link: 'Che cosa sono PIN e PUK',
    },
    de: {
      question: 'Wo finde ich PIN und PUK der CIE?',
      answer:
        'Jeder Code hat 8 Ziffern. Die ersten vier stehen auf der Quittung der Gemeinde vom Antrag, die letzten vier im Brief, der mit der Karte kam.',
      link: 'Was PIN und PUK sind (italienisch)',
    },
    en: {
      question: 'Where do I find the PIN and PUK of my CIE?',
      answer:
        'Each code has 8 digits. The first four are on the receipt that your municipality gave you when you applied, the last four in the letter that came with the card.',
      link: 'What PIN and PUK are (in Italian)',
    },
  },
  {
    id: 'cie-pin-lost',
    about: 'cie',
    source: trentino,
    reviewed,
    confirm:
      'Where codes are printed again: the guides of Trentino and of Sassari say in any Comune, that of Piemonte says in one’s own.',
    href: `${ministry}/info-utili/recupero-puk/`,
    it: {
      question: 'Ho perso il PIN o il PUK della CIE: che cosa faccio?',
      answer:
        'Se hai il PUK, apri l’app CieID, vai su «Gestione carta» e poi «Sblocco carta», e scegli un nuovo PIN. Se hai perso anche il PUK, l’anagrafe di qualsiasi Comune ti ristampa i codici: porta un documento valido. Puoi anche recuperare il PUK sul sito, con la carta e il contatto dato alla richiesta: la risposta arriva dopo 48 ore.',
      link: 'Recupero del PUK',
    },
    de: {
      question: 'Ich habe PIN oder PUK der CIE verloren: Was tun?',
      answer:
        'Wenn Sie die PUK haben, öffnen Sie die App CieID, gehen auf „Gestione carta“ und „Sblocco carta“ und wählen eine neue PIN. Fehlt auch die PUK, druckt das Meldeamt jeder Gemeinde die Codes neu aus: Bringen Sie einen gültigen Ausweis mit. Die PUK gibt es auch auf der Website, mit der Karte und dem beim Antrag angegebenen Kontakt: Die Antwort kommt nach 48 Stunden.',
      link: 'PUK wiederbekommen (italienisch)',
    },
    en: {
      question: 'I lost the PIN or PUK of my CIE: what now?',
      answer:
        'If you have the PUK, open the CieID app, go to “Gestione carta”, then “Sblocco carta”, and choose a new PIN. If the PUK is lost too, the registry office of any Italian municipality prints the codes again: bring a valid identity document. You can also get the PUK on the website, with the card and the contact that you gave when you applied: the answer comes after 48 hours.',
      link: 'Get the PUK back (in Italian)',
    },
  },
  {
    id: 'cie-puk-blocked',
    about: 'cie',
    source: trentino,
    reviewed,
    it: {
      question: 'Che cosa succede se sbaglio il PUK?',
      answer:
        'Dopo più di dieci PUK sbagliati la carta non si può più usare per i servizi online: resta valida come documento, ma per entrare serve una carta nuova. Se non sei sicuro del PUK, fatti ristampare i codici prima di riprovare.',
    },
    de: {
      question: 'Was passiert, wenn ich die PUK falsch eingebe?',
      answer:
        'Nach mehr als zehn falschen PUKs ist die Karte für Online-Dienste nicht mehr verwendbar: Als Ausweis gilt sie weiter, zum Anmelden brauchen Sie eine neue. Sind Sie nicht sicher, lassen Sie die Codes neu ausdrucken, bevor Sie es wieder versuchen.',
    },
    en: {
      question: 'What happens if I type the wrong PUK?',
      answer:
        'After more than ten wrong PUKs the card can no longer be used for online services: it is still valid as a document, but to sign in you need a new one. If you are not sure of the PUK, have the codes printed again before you try.',
    },
  },
  {
    id: 'cie-password',
    about: 'cie',
    source: trentino,
    reviewed,
    href: `${ministry}/recupera-password`,
    it: {
      question: 'Ho dimenticato la password della CIE',
      answer: 'Ne scegli una nuova sul sito della carta d’identità.',
      link: 'Recupero della password',
    },
    de: {
      question: 'Ich habe das Passwort der CIE vergessen',
      answer: 'Ein neues wählen Sie auf der Website der Identitätskarte.',
      link: 'Neues Passwort (italienisch)',
    },
    en: {
      question: 'I forgot the password of my CIE',
      answer: 'You choose a new one on the website of the identity card.',
      link: 'New password (in Italian)',
    },
  },
  {
    id: 'cie-card',
    about: 'cie',
    source: trentino,
    reviewed,
    it: {
      question: 'Che cosa serve per entrare leggendo la carta (livello 3)?',
      answer:
        'La carta, il PIN di 8 cifre e un telefono con NFC e l’app CieID: tieni ferma la carta sul retro del telefono per circa dieci secondi. Oppure un computer con un lettore di carte e il software CIE.',
    },
    de: {
      question: 'Was brauche ich, um mit der Karte selbst einzusteigen (Stufe 3)?',
      answer:
        'Die Karte, die achtstellige PIN und ein Telefon mit NFC und der App CieID: Halten Sie die Karte etwa zehn Sekunden ruhig an die Rückseite des Telefons. Oder einen Computer mit Kartenlesegerät und der CIE-Software.',
    },
    en: {
      question: 'What do I need to sign in by reading the card (level 3)?',
      answer:
        'The card, its 8-digit PIN and a phone with NFC and the CieID app: hold the card still on the back of the phone for some ten seconds. Or a computer with a card reader and the CIE software.',
    },
  },
  {
    id: 'cns-needs',
    about: 'cns',
    source: piemonte,
    reviewed,
    confirm:
      'Which cards citizens of the region hold, and where readers and software are to be had. The guide names cards and reader; software and telephone are from docs/rules/cns.md 7.',
    it: {
      question: 'Che cosa serve per entrare con la carta (CNS)?',
      answer:
        'Una Carta Nazionale dei Servizi: di solito è la tessera sanitaria con il chip (TS-CNS). Poi il suo PIN, un computer, un lettore di carte e il software della carta installato sul computer. Con il telefono non si può.',
    },
    de: {
      question: 'Was brauche ich, um mit der Bürgerkarte (CNS) einzusteigen?',
      answer:
        'Eine nationale Dienstekarte (CNS): meist die Gesundheitskarte mit Chip. Dazu ihre PIN, einen Computer, ein Kartenlesegerät und die Software der Karte auf dem Computer. Am Telefon geht es nicht.',
    },
    en: {
      question: 'What do I need to sign in with a card (CNS)?',
      answer:
        'A national services card (CNS): usually the health card with a chip. Also its PIN, a computer, a card reader and the software of the card on the computer. It does not work on a phone.',
    },
  },
  {
    id: 'cns-pin-blocked',
    about: 'cns',
    confirm: 'After how many wrong PINs the card is blocked, and who unblocks it. No guide says so: not shown.',
    it: {
      question: 'La carta (CNS) è bloccata: che cosa faccio?',
      answer: 'Dopo tre PIN sbagliati la carta si blocca. Si sblocca con il PUK.',
    },
    de: {
      question: 'Die Bürgerkarte ist gesperrt: Was tun?',
      answer: 'Nach drei falschen PINs ist die Karte gesperrt. Entsperrt wird sie mit der PUK.',
    },
    en: {
      question: 'My card (CNS) is blocked: what now?',
      answer: 'After three wrong PINs the card is blocked. The PUK unblocks it.',
    },
  },
  {
    id: 'cost',
    about: 'spid',
    source: trentino,
    reviewed,
    confirm:
      'Which SPID providers charge today, and how much: the guide names 5.98 € a year at two of them since July 2025.',
    it: {
      question: 'Quanto costa entrare?',
      answer:
        'Con la CIE niente, oltre al prezzo della carta. Alcuni gestori SPID chiedono un canone ogni anno: lo dice il tuo gestore.',
    },
    de: {
      question: 'Was kostet die Anmeldung?',
      answer:
        'Mit der CIE nichts, außer dem Preis der Karte. Einige SPID-Anbieter verlangen eine jährliche Gebühr: Fragen Sie Ihren Anbieter.',
    },
    en: {
      question: 'What does signing in cost?',
      answer:
        'With CIE nothing, beyond the price of the card. Some SPID providers charge a yearly fee: yours can tell you.',
    },
  },
  {
    id: 'levels',
    about: 'everyone',
    source: trentino,
    reviewed,
    it: {
      question: 'Che cosa sono i livelli 1, 2 e 3?',
      answer:
        'Dicono quanto è sicuro l’accesso. Livello 1: nome utente e password. Livello 2: in più una conferma, per esempio un codice SMS o l’app. Livello 3: la lettura della carta con il suo PIN. Quasi tutti i servizi chiedono il livello 2.',
    },
    de: {
      question: 'Was sind die Stufen 1, 2 und 3?',
      answer:
        'Sie sagen, wie sicher die Anmeldung ist. Stufe 1: Benutzername und Passwort. Stufe 2: dazu eine Bestätigung, zum Beispiel ein SMS-Code oder die App. Stufe 3: Lesen der Karte mit ihrer PIN. Fast alle Dienste verlangen Stufe 2.',
    },
    en: {
      question: 'What are levels 1, 2 and 3?',
      answer:
        'They say how secure a sign-in is. Level 1: user name and password. Level 2: also a confirmation, for example a code by text message or the app. Level 3: reading the card with its PIN. Nearly all services ask for level 2.',
    },
  },
  {
    id: 'family',
    about: 'everyone',
    source: trentino,
    reviewed,
    it: {
      question: 'In famiglia abbiamo un solo telefono: come facciamo?',
      answer:
        'Ogni identità vuole un suo numero di telefono. Chi è più esperto può usare la CIE con l’app e la lettura della carta; il genitore anziano la usa con gli SMS sul proprio cellulare, anche se non è uno smartphone.',
    },
    de: {
      question: 'In der Familie haben wir nur ein Telefon: Was tun?',
      answer:
        'Jede Identität braucht eine eigene Telefonnummer. Wer sich besser auskennt, nutzt die CIE mit der App und liest die Karte ein; der ältere Elternteil nutzt sie mit SMS am eigenen Handy, auch ohne Smartphone.',
    },
    en: {
      question: 'We share one phone in the family: how do we do it?',
      answer:
        'Each identity needs a phone number of its own. Whoever is more at ease can use CIE with the app and read the card; an older parent uses it with text messages on their own mobile phone, which need not be a smartphone.',
    },
  },
  {
    id: 'helping',
    about: 'everyone',
    source: trentino,
    reviewed,
    confirm:
      'Whether services of the region know a delegation (delega). The guide gives each person an identity and a number of their own; that the helper is present follows from it.',
    it: {
      question: 'Aiuto un parente: con quale identità entro?',
      answer:
        'Con la sua, e insieme a lui: il codice o la notifica arriva sul suo telefono. Se entri con la tua, il servizio crede che la richiesta sia tua.',
    },
    de: {
      question: 'Ich helfe Verwandten: Mit welcher Identität steige ich ein?',
      answer:
        'Mit deren Identität, und gemeinsam: Code oder Nachricht kommen auf deren Telefon. Nehmen Sie Ihre eigene, hält der Dienst den Antrag für Ihren.',
    },
    en: {
      question: 'I help a relative: whose identity do I use?',
      answer:
        'Theirs, and together with them: the code or notification arrives on their phone. If you use your own, the service takes the request for yours.',
    },
  },
  {
    id: 'minors',
    about: 'everyone',
    source: trentino,
    reviewed,
    confirm:
      'At which birthday it begins: the guide names the ranges 0–5 and 5–18. Not every Comune hands the whole codes of a minor over.',
    it: {
      question: 'I minorenni possono avere un’identità digitale?',
      answer:
        'Sotto i 5 anni no. Dai 5 ai 17 anni con la CIE, ai livelli 1 e 2: si attiva con il PUK, e non si può entrare leggendo la carta.',
    },
    de: {
      question: 'Können Minderjährige eine digitale Identität haben?',
      answer:
        'Unter 5 Jahren nicht. Von 5 bis 17 Jahren mit der CIE, auf den Stufen 1 und 2: Aktiviert wird sie mit der PUK; das Lesen der Karte ist nicht möglich.',
    },
    en: {
      question: 'Can minors have a digital identity?',
      answer:
        'Not under the age of 5. From 5 to 17 with CIE, at levels 1 and 2: it is activated with the PUK, and signing in by reading the card is not possible.',
    },
  },
  {
    id: 'abroad',
    about: 'everyone',
    source: consulate,
    reviewed,
    it: {
      question: 'Vivo all’estero e l’SMS non arriva',
      answer:
        'Su alcuni numeri stranieri gli SMS non arrivano. Registra la carta nell’app CieID con il PIN (livello 3) e poi entra sempre con «Entra con lettura carta».',
    },
    de: {
      question: 'Ich lebe im Ausland, und die SMS kommt nicht an',
      answer:
        'Bei manchen ausländischen Nummern kommen die SMS nicht an. Registrieren Sie die Karte mit der PIN in der App CieID (Stufe 3) und wählen Sie dann immer „Entra con lettura carta“.',
    },
    en: {
      question: 'I live abroad and the text message does not arrive',
      answer:
        'With some foreign numbers the messages do not arrive. Register the card in the CieID app with its PIN (level 3), and then always choose “Entra con lettura carta”.',
    },
  },
  {
    id: 'in-app',
    about: 'everyone',
    source: sassari,
    reviewed,
    it: {
      question: 'Sul telefono l’accesso si blocca a metà',
      answer:
        'Usa Chrome su Android o Safari su iPhone: con gli altri browser l’app CieID può non tornare al servizio. Se hai aperto il link da un’altra app (posta, Facebook, messaggi), copia l’indirizzo e aprilo in Chrome o Safari.',
    },
    de: {
      question: 'Am Telefon bleibt die Anmeldung stecken',
      answer:
        'Verwenden Sie Chrome auf Android oder Safari auf dem iPhone: Aus anderen Browsern findet die App CieID oft nicht zum Dienst zurück. Haben Sie den Link in einer anderen App geöffnet (E-Mail, Facebook, Nachrichten), kopieren Sie die Adresse und öffnen Sie sie in Chrome oder Safari.',
    },
    en: {
      question: 'On my phone the sign-in gets stuck half-way',
      answer:
        'Use Chrome on Android or Safari on an iPhone: from other browsers the CieID app may not find back to the service. If you opened the link in another app (mail, Facebook, messages), copy the address and open it in Chrome or Safari.',
    },
  },
]
