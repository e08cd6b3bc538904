import type { Dictionary } from './dictionary.ts'

/** The German of South Tyrol's administration: Gemeinde, Steuernummer, Bürgerkarte, formal address. */
export const de: Dictionary = {
  frame: {
    skip: 'Zum Inhalt',
    language: 'Sprache',
    errorTitle: 'Fehler: {title}',
    help: 'Brauchen Sie Hilfe?',
    phone: 'Telefon',
    email: 'E-Mail',
    hours: 'Zeiten',
    legal: 'Rechtliche Hinweise',
    privacy: 'Datenschutz',
    accessibility: 'Erklärung zur Barrierefreiheit',
    site: 'Zur Website: {tenant}',
    incomplete: 'Die ladinische Fassung ist noch nicht vollständig und nicht überprüft: Der Rest ist Italienisch.',
    someProvider: 'Ihrem Anbieter',
  },
  login: {
    title: 'Anmelden bei „{service}“',
    offeredBy: 'Ein Dienst von: {tenant}',
    levels: {
      1: 'Eine digitale Identität der Stufe 1 genügt: Benutzername und Passwort.',
      2: 'Sie brauchen eine digitale Identität der Stufe 2: das Passwort und eine Bestätigung, zum Beispiel am Telefon.',
      3: 'Sie brauchen eine digitale Identität der Stufe 3: eine Karte mit ihrer PIN.',
    },
    choose: 'Wählen Sie, wie Sie sich anmelden',
    enter: 'Anmelden mit {method}',
    spid: 'Nutzen Sie die digitale Identität Ihres Anbieters, zum Beispiel mit App und Passwort.',
    spidLevel3: 'Nur wenige SPID-Anbieter haben die Stufe 3. Falls Ihrer sie nicht hat, nutzen Sie eine Karte.',
    spidChoose: 'Wählen Sie Ihren Anbieter',
    spidInfo: 'Mehr Informationen',
    spidRequest: 'Noch kein SPID?',
    spidHelp: 'Brauchen Sie Hilfe?',
    cie: 'Nutzen Sie Ihre elektronische Identitätskarte, mit der App CieID oder mit den CIE-Zugangsdaten.',
    cieCard: 'Ich lese lieber die Karte ein (PIN und Telefon mit NFC oder Lesegerät)',
    cieLevel3: 'Sie brauchen die Karte, die achtstellige PIN und ein Telefon mit NFC (oder ein Lesegerät am Computer).',
    cieActivate: 'CIE aktivieren',
    ciePassword: 'Passwort vergessen?',
    ciePin: 'PIN verloren?',
    cns: 'Nutzen Sie die Bürgerkarte (Gesundheitskarte mit Chip). Sie brauchen einen Computer, ein Kartenlesegerät und die PIN.',
    cnsHint:
      'Stecken Sie die Karte ein, bevor Sie fortfahren. Wählen Sie dann das Zertifikat und geben Sie die PIN ein.',
    eidasEnter: 'Anmelden mit eIDAS – europäische Identität',
    eidas:
      'Nutzen Sie die digitale Identität eines anderen europäischen Landes: Das Land wählen Sie auf der nächsten Seite.',
    eidasFiscalNumber:
      'Dieser Dienst braucht die italienische Steuernummer. Fast keine Identität eines anderen Landes enthält sie.',
    cancel: 'Abbrechen und zurück zu „{service}“',
    data: 'Welche Daten der Dienst erhält',
    dataIntro: 'Nach der Anmeldung geben wir dem Dienst nur diese Daten weiter, soweit vorhanden:',
    dataNone: 'Der Dienst erhält nur einen Code, an dem er Sie wiedererkennt: keine persönlichen Daten.',
    dataPrivacy: 'Wie wir mit Daten umgehen',
  },
  error: {
    todo: 'Was Sie tun können',
    restart: 'Neu beginnen bei „{service}“',
    support: 'Für den Hilfsdienst',
    code: 'Code',
    id: 'Nummer der Anfrage',
  },
  post: {
    title: 'Weiter zu {to}',
    text: 'Wenn sich die Seite nicht von selbst ändert, drücken Sie auf „Weiter“.',
    button: 'Weiter',
  },
  logout: {
    askTitle: 'Möchten Sie sich abmelden?',
    askText: 'Danach müssen Sie sich für die Dienste neu anmelden.',
    button: 'Abmelden',
    doneTitle: 'Sie sind abgemeldet',
    doneText:
      'Ihre Anmeldung in diesem Browser ist beendet. Zeigt die Website eines Dienstes noch Ihren Namen, melden Sie sich auch dort ab.',
    doneShared:
      'Ist es nicht Ihr eigener Computer? Schließen Sie auch den Browser: Die Anmeldung bei SPID oder CIE kann offen bleiben.',
    partialTitle: 'Sie sind nur hier abgemeldet',
    partialText:
      'Die Anmeldung bei den Diensten ist in diesem Browser beendet. Ihr Identitätsanbieter hat die Abmeldung nicht bestätigt: Die Anmeldung bei SPID oder CIE kann offen bleiben, auch in der App.',
    partialShared: 'Ist es nicht Ihr eigener Computer? Schließen Sie auch den Browser.',
    back: 'Zurück zum Dienst',
  },
  claims: {
    given_name: 'Vorname',
    family_name: 'Nachname',
    name: 'Vor- und Nachname',
    birthdate: 'Geburtsdatum',
    gender: 'Geschlecht',
    place_of_birth: 'Geburtsort',
    fiscal_number: 'Steuernummer',
    email: 'E-Mail',
    phone_number: 'Telefonnummer',
    address: 'Adresse',
    spid_code: 'SPID-Code',
    company_name: 'Name des Unternehmens',
    company_fiscal_number: 'Steuernummer des Unternehmens',
    registered_office: 'Rechtssitz',
    vat_number: 'Mehrwertsteuernummer',
  },
  sentences: {
    too_many: {
      title: 'Zu viele Versuche',
      what: 'Diese Anmeldung wurde sehr oft hintereinander begonnen.',
      next: 'Warten Sie einige Minuten, gehen Sie dann zum Dienst zurück und beginnen Sie neu.',
    },
    unverifiable: {
      title: 'Wir können die Antwort nicht überprüfen',
      what: 'Die erhaltene Antwort hat die Sicherheitsprüfung nicht bestanden. Zu Ihrem Schutz haben wir die Anmeldung gestoppt.',
      next: 'Gehen Sie zurück zum Dienst und beginnen Sie neu. Passiert es wieder, nennen Sie dem Hilfsdienst den Code.',
    },
    technical: {
      title: 'Es gibt ein technisches Problem',
      what: 'Es liegt nicht an Ihnen: In unserem System ist ein Fehler aufgetreten.',
      next: 'Versuchen Sie es später noch einmal. Passiert es wieder, nennen Sie dem Hilfsdienst den Code.',
    },
    expired: {
      title: 'Die Seite ist abgelaufen',
      what: 'Es ist zu viel Zeit vergangen, oder diese Anmeldung ist schon beendet.',
      next: 'Gehen Sie zurück zum Dienst und beginnen Sie dort neu.',
    },
    other_browser: {
      title: 'Die Anmeldung wurde in einem anderen Browser begonnen',
      what: 'Zu Ihrer Sicherheit muss sie im selben Browser und auf demselben Gerät enden.',
      next: 'Gehen Sie zurück zum Dienst und beginnen Sie hier neu, oder machen Sie im ersten Browser weiter.',
    },
    already_used: {
      title: 'Diese Anmeldung wurde schon verwendet',
      what: 'Jede Anmeldung gilt nur einmal. Vielleicht haben Sie „Zurück“ gedrückt oder die Seite neu geladen.',
      next: 'Gehen Sie zurück zum Dienst: Vielleicht sind Sie schon angemeldet. Wenn nicht, beginnen Sie neu.',
    },
    unknown_tenant: {
      title: 'Diese Einrichtung kennen wir nicht',
      what: 'Die Adresse gehört zu keiner Gemeinde oder Einrichtung in diesem System.',
      next: 'Prüfen Sie die Adresse, oder beginnen Sie auf der Website Ihrer Gemeinde.',
    },
    suspended: {
      title: 'Die Anmeldung ist ausgesetzt',
      what: 'Zurzeit bietet diese Einrichtung keine Anmeldung zu ihren Online-Diensten an.',
      next: 'Versuchen Sie es später noch einmal oder wenden Sie sich an die Einrichtung.',
    },
    not_served: {
      title: 'Die Anmeldung ist nicht verfügbar',
      what: 'Es gibt ein Problem mit der Anmeldung zu den Diensten dieser Einrichtung. Wir kümmern uns darum.',
      next: 'Versuchen Sie es später noch einmal. Wenn es eilt, wenden Sie sich an die Einrichtung.',
    },
    not_found: {
      title: 'Seite nicht gefunden',
      what: 'Unter dieser Adresse gibt es keine Seite.',
      next: 'Prüfen Sie die Adresse, oder beginnen Sie auf der Website Ihrer Gemeinde.',
    },
    bad_link: {
      title: 'Der Link stimmt nicht',
      what: 'Die Website, von der Sie kommen, hat einen falschen Link verwendet. Es liegt nicht an Ihnen.',
      next: 'Gehen Sie zurück zur Website und versuchen Sie es noch einmal. Passiert es wieder, nennen Sie den Betreibern den Code.',
    },
    wrong_host: {
      title: 'Falsche Adresse',
      what: 'Unter der Adresse, die Sie geöffnet haben, antwortet dieser Dienst nicht.',
      next: 'Beginnen Sie auf der Website Ihrer Gemeinde.',
    },
    too_large: {
      title: 'Die Nachricht ist zu groß',
      what: 'Wir haben mehr Daten erhalten, als wir annehmen, und haben abgebrochen.',
      next: 'Gehen Sie zurück zum Dienst und beginnen Sie neu. Passiert es wieder, nennen Sie dem Hilfsdienst den Code.',
    },
    bad_request: {
      title: 'Wir haben die Anfrage nicht verstanden',
      what: 'Der Browser hat eine Anfrage geschickt, die wir nicht lesen können.',
      next: 'Gehen Sie zurück zum Dienst und beginnen Sie neu.',
    },
    unavailable: {
      title: 'Der Anmeldedienst steht still',
      what: 'Wegen einer Störung können wir Sie jetzt nicht anmelden. Wir kümmern uns darum.',
      next: 'Versuchen Sie es in einigen Minuten noch einmal.',
    },
    attempts: {
      title: 'Zu viele Versuche mit falschen Zugangsdaten',
      what: 'Benutzername, Passwort oder Code waren mehrmals nicht richtig.',
      next: 'Warten Sie etwas und versuchen Sie es noch einmal. Ein neues Passwort bekommen Sie bei {provider}. Oder melden Sie sich anders an.',
    },
    level: {
      title: 'Die Stufe Ihrer Identität genügt nicht',
      what: 'Dieser Dienst verlangt eine höhere Sicherheitsstufe als die verwendete.',
      next: 'Fragen Sie bei {provider} nach der nötigen Stufe, oder melden Sie sich anders an.',
    },
    timeout: {
      title: 'Es ist zu viel Zeit vergangen',
      what: 'Die Anmeldung wurde nicht rechtzeitig beendet.',
      next: 'Versuchen Sie es noch einmal. Halten Sie das Telefon oder die Karte bereit.',
    },
    consent: {
      title: 'Sie haben der Weitergabe der Daten nicht zugestimmt',
      what: 'Ohne die auf dieser Seite genannten Daten kann der Dienst Sie nicht erkennen.',
      next: 'Wenn Sie sich anmelden möchten, versuchen Sie es noch einmal und stimmen Sie zu. Sonst gehen Sie zurück zum Dienst.',
    },
    blocked: {
      title: 'Ihre Identität ist ausgesetzt oder gesperrt',
      what: 'Mit dieser digitalen Identität können Sie sich jetzt nicht anmelden.',
      next: 'Lassen Sie sie bei {provider} entsperren, oder melden Sie sich anders an.',
    },
    cancelled: {
      title: 'Sie haben die Anmeldung abgebrochen',
      what: 'Wir haben dem Dienst keine Daten weitergegeben.',
      next: 'Sie können neu wählen, wie Sie sich anmelden, oder zum Dienst zurückgehen.',
    },
    identity_type: {
      title: 'Diese Art von Identität passt hier nicht',
      what: 'Sie haben eine berufliche Identität verwendet, wo die persönliche nötig ist, oder umgekehrt.',
      next: 'Versuchen Sie es mit der anderen Identität, oder melden Sie sich anders an.',
    },
    idp_unknown_error: {
      title: 'Die Anmeldung ist nicht gelungen',
      what: 'Die Anmeldung bei {provider} ist abgebrochen, und wir wissen nicht, warum.',
      next: 'Versuchen Sie es noch einmal oder melden Sie sich anders an. Passiert es wieder, nennen Sie dem Hilfsdienst den Code.',
    },
    idp_down: {
      title: 'Die Anmeldung bei {provider} ist jetzt nicht möglich',
      what: 'Das System dort antwortet zurzeit nicht.',
      next: 'Versuchen Sie es später noch einmal, oder melden Sie sich anders an.',
    },
    method_off: {
      title: 'So können Sie sich hier nicht anmelden',
      what: 'Dieser Dienst nimmt die gewählte Art der Anmeldung nicht an, oder es gibt sie nicht mehr.',
      next: 'Wählen Sie eine der Möglichkeiten auf dieser Seite.',
    },
    fiscal_number: {
      title: 'Die erhaltene Steuernummer ist nicht gültig',
      what: 'Ohne eine richtige Steuernummer können wir Sie nicht erkennen.',
      next: 'Lassen Sie Ihre Daten bei {provider} prüfen. Inzwischen können Sie neu beginnen und sich anders anmelden.',
    },
    eidas_fiscal_number: {
      title: 'Die italienische Steuernummer fehlt',
      what: 'Die Identität Ihres Landes enthält keine italienische Steuernummer. Dieser Dienst braucht sie.',
      next: 'Wenn Sie SPID, CIE oder eine andere italienische Karte haben, melden Sie sich damit an. Sonst fragen Sie die Körperschaft, wie Sie den Dienst nutzen können.',
    },
    logout_unverifiable: {
      title: 'Wir können die Abmeldung nicht prüfen',
      what: 'Die Nachricht über die Abmeldung hat die Sicherheitskontrollen nicht bestanden oder wurde schon einmal verwendet. Sie hat keine Anmeldung beendet.',
      next: 'Um sich abzumelden, gehen Sie zum Dienst zurück und benutzen Sie dort die Schaltfläche zum Abmelden. Ist es nicht Ihr eigener Computer, schließen Sie auch den Browser.',
    },
    card_missing: {
      title: 'Wir haben keine Karte gefunden',
      what: 'Der Browser hat uns das Zertifikat Ihrer Karte nicht geschickt.',
      next: 'Schließen und öffnen Sie den Browser, stecken Sie die Karte ein und beginnen Sie auf der Seite des Dienstes neu. Wählen Sie dann das Zertifikat und geben Sie die PIN ein. Das Lesegerät und seine Software müssen auf dem Computer installiert sein.',
    },
    card_expired: {
      title: 'Die Karte ist abgelaufen',
      what: 'Das Zertifikat Ihrer Karte ist nicht mehr gültig.',
      next: 'Verwenden Sie eine gültige Karte, oder melden Sie sich anders an.',
    },
    card_wrong: {
      title: 'Mit diesem Zertifikat können Sie sich nicht anmelden',
      what: 'Vielleicht haben Sie das Zertifikat für die Unterschrift gewählt oder das einer anderen Karte.',
      next: 'Schließen und öffnen Sie den Browser, beginnen Sie auf der Seite des Dienstes neu und wählen Sie das Zertifikat für die Anmeldung.',
    },
    card_not_cns: {
      title: 'Diese Karte ist keine Bürgerkarte',
      what: 'Die verwendete Karte ist keine nationale Dienstekarte (CNS).',
      next: 'Verwenden Sie die Gesundheitskarte mit Chip oder eine andere CNS, oder melden Sie sich anders an.',
    },
    card_unknown: {
      title: 'Wir können die Karte nicht überprüfen',
      what: 'Wir kennen die Stelle nicht, die Ihre Karte ausgestellt hat, oder sie ist nicht mehr anerkannt.',
      next: 'Melden Sie sich anders an. Ist die Karte gültig, nennen Sie dem Hilfsdienst den Code.',
    },
    card_revoked: {
      title: 'Die Karte wurde widerrufen',
      what: 'Die ausstellende Stelle hat die Karte gesperrt, zum Beispiel weil Sie eine neue haben.',
      next: 'Verwenden Sie die neue Karte, oder melden Sie sich anders an.',
    },
    card_unchecked: {
      title: 'Wir können die Karte jetzt nicht überprüfen',
      what: 'Der Dienst, der sagt, ob die Karte noch gültig ist, antwortet nicht.',
      next: 'Versuchen Sie es später noch einmal, oder melden Sie sich anders an.',
    },
  },
  cieSentences: {
    level: {
      title: 'Die Stufe dieser Anmeldung genügt nicht',
      what: 'Dieser Dienst verlangt eine höhere Sicherheitsstufe als die mit der CIE verwendete.',
      next: 'Versuchen Sie es noch einmal und lassen Sie die Karte lesen: Sie brauchen die Karte und die achtstellige PIN.',
    },
    blocked: {
      title: 'Ihre CIE ist abgelaufen oder gesperrt',
      what: 'Mit dieser Karte können Sie sich jetzt nicht anmelden.',
      next: 'Prüfen Sie das Ablaufdatum auf der Karte. Hilfe bekommen Sie bei Ihrer Gemeinde oder unter cie.cittadini@interno.it. Oder melden Sie sich anders an.',
    },
  },
}
