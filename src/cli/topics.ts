/** `varco help TOPIC`: what one has to know before the commands make sense. */
export const topics: Readonly<Record<string, string>> = {
  onboarding: `A new Comune, from nothing to a login

  0. varco init FOLDER --url URL --name TEXT --ipa CODE --city TEXT --email ADDRESS --phone NUMBER
     once for the region: writes the gateway with its keys.
  1. varco tenant new ala --config FILE --name "Comune di Ala" --ipa c_a116 --url https://www.comune.ala.tn.it
     writes tenants/ala.yaml and lists what it still lacks.
  2. varco client add ala sito --config FILE --name "Sito" --url URL --redirect-uri URI --preset wordpress --set email_fallback=synthetic
     adds a service, and shows its secret once.
  3. varco tenant validate --config FILE
     says all that is wrong, with line, column and what to write instead.
  4. varco client sheet ala sito --config FILE --html > sito.html
     is what the webmaster types into the site.
  5. varco tenant test ala --config FILE
     logs a test citizen in at every service, on this machine alone; npm run demo -- --tenants FILE does it by hand.
  6. varco tenant publish ala --config FILE
     moves it from draft to test, and later to live; or says what is missing.
  7. varco tenant plan ala --config FILE, then varco tenant apply ala --config FILE
     shows what the running gateways would serve, and makes them serve it.
  8. varco tenant notice ala --config FILE
     is what the Comune tells its citizens.

The whole walk, with what each command says: docs/onboarding.md
Many at once: varco tenant new --from comuni.csv --out drafts
`,
  states: `The states of a tenant

  draft      being written: served only by a gateway with sandbox: true, which has test providers alone (npm run demo)
  test       served, for testers: every page says so, and its services may be on staging sites over http
  live       for citizens: addresses are public and https, and what was registered never changes again
  suspended  closed for a while: a courteous page (503), and 410 where succeeded_by names the body that took its place

varco tenant publish moves a tenant on, one state at a time, and says what is missing; it also opens a suspended one again.
varco tenant suspend closes it. Both only write the file: plan and apply make it count.
`,
  reload: `Files that change

  A changed tenant file counts when somebody says so: varco tenant plan shows the difference to what runs, varco tenant apply
  makes every gateway serve it. Each reads its own copy of the folder; one whose copy differs is named. SIGHUP does the same in
  one process, and tenants: { folder: tenants, reload: poll } makes it look every five seconds.
  A broken file leaves its tenant as it was, also across a restart; a file that is gone takes its tenant with it.
`,
  secrets: `Where secrets are

  A file of the configuration never holds a secret, only where it is (env:NAME, file:path) or, for the secret of a service,
  what it hashes to ({ sha256: … }). varco client add and varco client rotate-secret make secrets, show them once and keep
  their hash. The subject key makes every citizen's identifier: it is never changed and never lost. Back up state_dir.
`,
  files: `The files

  gateway.yaml   the gateway: addresses, store, keys, national systems
  region.yaml    what is the same at every Comune; under tenants: what their files need not say
  tenants/*.yaml one for each Comune; the smallest has 13 lines

The first line of each names its schema (docs/schema), so that editors complete and check it.
varco tenant show TENANT --effective says every value that counts, and which file said it.
`,
  exit: `Exit codes

  0  done
  1  something that a person wrote is invalid: the message says where, and what to write
  2  done, with warnings
  3  cannot run: the message ends with what to type instead

With --json the answer is one document for programs, with the same exit codes.
`,
}
