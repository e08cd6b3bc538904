import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/{unit,e2e,browser,system}/**/*.test.ts'],
    // real servers and real keys, several files at a time: slow machines need the room
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
