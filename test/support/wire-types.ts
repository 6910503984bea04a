/**
 * A type as JSON carries it, for `Same`: nothing is read-only, a string has no brand, and a field that may be absent is
 * marked, since TypeScript lets an optional field be missing from either of two types that it compares.
 */
export type Wire<T> = T extends readonly (infer Item)[]
  ? Wire<Item>[]
  : T extends string
    ? Unbranded<T>
    : T extends object
      ? { -readonly [K in keyof T as [T[K]] extends [undefined] ? never : K]-?: Field<T[K]> }
      : T;

type Field<V> = undefined extends V ? Wire<Exclude<V, undefined>> | Absent : Wire<V>;

interface Absent {
  readonly mayBeAbsent: true;
}

type Unbranded<T extends string> = T extends `${infer Text}` ? Text : string;

/** `true` only where each of two types is assignable to the other. */
export type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
