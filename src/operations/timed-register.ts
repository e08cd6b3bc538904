/** Tells how long each record of the register took. */
import { performance } from 'node:perf_hooks'
import type { Register } from '../audit/register/register.ts'

export const timedRegister = (register: Register, wrote: (seconds: number, failed: boolean) => void): Register => ({
  ...register,
  write: async (record) => {
    const started = performance.now()
    let failed = true
    try {
      await register.write(record)
      failed = false
    } finally {
      wrote((performance.now() - started) / 1000, failed)
    }
  },
})
