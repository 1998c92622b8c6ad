// Plural forms by the rules of a language, so that no sentence is glued together.

export type PluralForms = Partial<Record<Exclude<Intl.LDMLPluralRule, 'other'>, string>> & {
  readonly other: string;
};

/** What English does with a small count, without its data, which takes milliseconds to load where every row counts. */
const isPlain = (locale: string, count: number) =>
  locale === 'en' && Number.isInteger(count) && count >= 0 && count < 1_000;

/** Writes whole numbers as a language does: 1,900. */
export function createNumber(locale: string): (value: number) => string {
  let numbers: Intl.NumberFormat | undefined;
  return (value) =>
    isPlain(locale, value) ? String(value) : (numbers ??= new Intl.NumberFormat(locale)).format(value);
}

/**
 * A function that picks the form for a count; `#` in it becomes the count as that language writes numbers.
 * @param locale BCP 47 tag of the catalogue
 */
export function createPlural(locale: string): (count: number, forms: PluralForms) => string {
  // Made when first needed: the language's data takes milliseconds to load, and most screens count nothing.
  let rules: Intl.PluralRules | undefined;
  const number = createNumber(locale);
  const select = (count: number) => {
    if (isPlain(locale, count)) return count === 1 ? 'one' : 'other';
    return (rules ??= new Intl.PluralRules(locale)).select(count);
  };
  return (count, forms) => {
    const form = select(count);
    const sentence = (form === 'other' ? undefined : forms[form]) ?? forms.other;
    return sentence.replaceAll('#', number(count));
  };
}
