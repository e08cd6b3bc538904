/** The notice that a Comune publishes about its login: along the points of the public guides, in words of our own. */
import type { Language } from '../../src/tenant/tenant.ts'

export interface NoticeText {
  /** `{body}` is the name of the body, `{ways}` the ways in. */
  readonly title: string
  readonly short: string
  readonly intro: string
  readonly how: { readonly title: string; readonly text: string }
  readonly ways: {
    readonly [way in 'cie' | 'spid' | 'cns' | 'eidas']: { readonly title: string; readonly text: string }
  }
  readonly questions: string
  readonly where: { readonly title: string; readonly text: string }
  readonly help: string
  readonly links: string
  readonly site: string
  readonly and: string
}

export const noticeTexts: { readonly [language in Exclude<Language, 'lld'>]: NoticeText } = {
  it: {
    title: 'Entrare nei servizi online con {ways}',
    short: 'Per i servizi online ({body}) basta una sola pagina di accesso: entri con {ways}.',
    intro:
      'Per chiedere, pagare o consultare online devi farti riconoscere. Lo fai con la tua identità digitale, la stessa che usi con INPS, Agenzia delle Entrate e tutta la pubblica amministrazione: non serve una password in più.',
    how: {
      title: 'Come funziona',
      text: 'Premi «Accedi» nel servizio, scegli come entrare e conferma la tua identità sul sito di chi te l’ha data. Poi torni da solo nel servizio. La tua password e il tuo PIN non arrivano mai al Comune, che riceve solo i dati di cui il servizio ha bisogno.',
    },
    ways: {
      cie: {
        title: 'CIE, la carta d’identità elettronica',
        text: 'È la carta che rilascia il Comune. Una volta attivata entri con nome utente e password più un SMS o l’app CieID, con un codice QR, oppure leggendo la carta con il telefono o con un lettore.',
      },
      spid: {
        title: 'SPID',
        text: 'È l’identità digitale di un gestore riconosciuto dallo Stato, per i maggiorenni. Se non ce l’hai, scegli un gestore sul sito di SPID: lì trovi anche come ti riconosce e se chiede un canone.',
      },
      cns: {
        title: 'CNS, la carta con il chip',
        text: 'Di solito è la tessera sanitaria con il chip. La usi al computer, con un lettore e il PIN.',
      },
      eidas: {
        title: 'Identità di altri Paesi europei',
        text: 'Chi ha un’identità digitale riconosciuta di un altro Paese dell’Unione entra con quella.',
      },
    },
    questions: 'Domande frequenti',
    where: {
      title: 'Dove serve',
      text: 'Con la stessa identità entri in questi servizi, e in quelli di ogni altra amministrazione:',
    },
    help: 'Serve aiuto?',
    links: 'Per saperne di più',
    site: 'Sito istituzionale',
    and: 'o',
  },
  de: {
    title: 'Online-Dienste mit {ways} nutzen',
    short: 'Für die Online-Dienste ({body}) gibt es eine einzige Anmeldeseite: Sie melden sich mit {ways} an.',
    intro:
      'Wer online etwas beantragt, bezahlt oder einsieht, muss sich ausweisen. Das geht mit Ihrer digitalen Identität, derselben wie bei INPS, Agentur der Einnahmen und der ganzen öffentlichen Verwaltung: Ein weiteres Passwort brauchen Sie nicht.',
    how: {
      title: 'So geht es',
      text: 'Drücken Sie im Dienst auf „Anmelden“, wählen Sie, womit Sie sich ausweisen, und bestätigen Sie Ihre Identität auf der Seite dessen, der sie ausgestellt hat. Danach sind Sie von selbst wieder im Dienst. Passwort und PIN kommen nie zur Gemeinde; sie erhält nur die Daten, die der Dienst braucht.',
    },
    ways: {
      cie: {
        title: 'CIE, die elektronische Identitätskarte',
        text: 'Die Karte stellt die Gemeinde aus. Ist sie aktiviert, melden Sie sich mit Benutzernamen und Passwort und dazu einer SMS oder der App CieID an, mit einem QR-Code, oder indem Sie die Karte mit dem Telefon oder einem Lesegerät lesen.',
      },
      spid: {
        title: 'SPID',
        text: 'Die digitale Identität eines vom Staat anerkannten Anbieters, für Volljährige. Wer keine hat, wählt auf der Website von SPID einen Anbieter: Dort steht auch, wie er Sie erkennt und ob er eine Gebühr verlangt.',
      },
      cns: {
        title: 'CNS, die Karte mit dem Chip',
        text: 'Meist ist das die Gesundheitskarte mit Chip (Bürgerkarte). Sie brauchen einen Computer, ein Lesegerät und die PIN.',
      },
      eidas: {
        title: 'Identität eines anderen europäischen Landes',
        text: 'Wer eine anerkannte digitale Identität eines anderen Landes der Union hat, meldet sich damit an.',
      },
    },
    questions: 'Häufige Fragen',
    where: {
      title: 'Wofür sie gilt',
      text: 'Mit derselben Identität nutzen Sie diese Dienste, und die jeder anderen Verwaltung:',
    },
    help: 'Brauchen Sie Hilfe?',
    links: 'Mehr dazu',
    site: 'Website der Verwaltung',
    and: 'oder',
  },
  en: {
    title: 'Using online services with {ways}',
    short: 'The online services ({body}) share one sign-in page: you enter with {ways}.',
    intro:
      'To apply, pay or look something up online you have to show who you are. You do so with your digital identity, the same one as for INPS, the Revenue Agency and every public body in Italy: no further password is needed.',
    how: {
      title: 'How it works',
      text: 'Press “Sign in” in the service, choose how to enter, and confirm your identity on the site of whoever issued it. Then you are taken back to the service. Your password and your PIN never reach the municipality, which receives only the data that the service needs.',
    },
    ways: {
      cie: {
        title: 'CIE, the electronic identity card',
        text: 'The municipality issues it. Once it is activated you enter with user name and password and a text message or the CieID app, with a QR code, or by reading the card with a phone or a reader.',
      },
      spid: {
        title: 'SPID',
        text: 'The digital identity of a provider that the state has accredited, for adults. If you have none, choose a provider on the website of SPID: it also says how each recognises you and whether it charges a fee.',
      },
      cns: {
        title: 'CNS, the card with the chip',
        text: 'Usually it is the health card with a chip. You need a computer, a reader and the PIN.',
      },
      eidas: {
        title: 'Identity of another European country',
        text: 'Whoever has a recognised digital identity of another country of the Union enters with that.',
      },
    },
    questions: 'Frequent questions',
    where: {
      title: 'Where it serves',
      text: 'With the same identity you enter these services, and those of every other public body:',
    },
    help: 'Need help?',
    links: 'Find out more',
    site: 'Website of the body',
    and: 'or',
  },
}
