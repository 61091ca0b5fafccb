import { expect, it } from 'vitest';
import { found } from './faults';

const fault = (id: string, en: string, fr: string) => ({
  id,
  number: 1000,
  cause: 'package.x',
  status: 'stable',
  title: { en, fr },
});
const FAULTS = [
  fault('linux.dpkg.lock-held', 'The lock is held', 'Verrou tenu, système occupé'),
  fault('any.pip.dns', 'A name', 'Un nom'),
];

it('words find a fault in either language, without accents and case', () => {
  expect(found(FAULTS, 'SYSTEME lock', 'en').map((one) => one.id)).toEqual(['linux.dpkg.lock-held']);
  expect(found(FAULTS, '', 'en')).toHaveLength(2);
  expect(found(FAULTS, 'nothing', 'fr')).toEqual([]);
});
