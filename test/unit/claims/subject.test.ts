import { describe, expect, it } from 'vitest'
import { subjectOf } from '../../../src/claims/subject.ts'

const key = Buffer.alloc(32, 7)

describe('subjectOf', () => {
  it('is the same for the same person at the same tenant', () =>
    expect(subjectOf(key, 'ala', 'TINIT-RSSMRA80A01H501U')).toBe(subjectOf(key, 'ala', 'TINIT-RSSMRA80A01H501U')))
  it('is another one at the next tenant', () =>
    expect(subjectOf(key, 'ala', 'TINIT-RSSMRA80A01H501U')).not.toBe(subjectOf(key, 'moena', 'TINIT-RSSMRA80A01H501U')))
  it('is another one under another key', () =>
    expect(subjectOf(key, 'ala', 'TINIT-RSSMRA80A01H501U')).not.toBe(
      subjectOf(Buffer.alloc(32, 8), 'ala', 'TINIT-RSSMRA80A01H501U'),
    ))
  it('never changes: this value is in the databases of municipal sites', () =>
    expect(subjectOf(key, 'ala', 'TINIT-RSSMRA80A01H501U')).toBe('_VIG-efs2Y1WINMKvnOC0ByXyD_wEGle5qsngH10MO4'))
  it('cannot be shifted between sector and tax code', () =>
    expect(subjectOf(key, 'al', 'aX')).not.toBe(subjectOf(key, 'ala', 'X')))
})
