import type { z } from "zod";
import { placesOf } from "../contracts/issues";

export type Place = readonly PropertyKey[];

/** A part of the file and the mistakes that its schema finds. */
export interface ReadPart<T> {
  /** The part without its mistakes; a list loses the element with a mistake. */
  readonly value: T;
  /** The part as written, and its path. */
  readonly given: unknown;
  readonly at: Place;
  /** Places of mistakes below `at`. */
  readonly wrong: readonly Place[];
  /** Places of unknown fields. */
  readonly strangeIn: readonly Place[];
}

/**
 * More rounds than any schema is deep: each round removes what the last one broke, such as a list that became
 * empty.
 */
const MOST_ROUNDS = 5;

/** Reads the readable fields of a part, so that rules between fields are checked in the same pass. `T` accepts {}. */
export function readPart<T>(schema: z.ZodType<T>, given: unknown, at: Place): ReadPart<T> {
  const first = schema.safeParse(given);
  const issues = first.error?.issues ?? [];
  let parsed = first;
  let left = given;
  for (let round = 0; !parsed.success; round++) {
    left = round < MOST_ROUNDS ? (without(left, parsed.error.issues.flatMap(placesOf)) ?? {}) : {};
    parsed = schema.safeParse(left);
  }
  const strangeIn = issues.filter(({ code }) => code === "unrecognized_keys").map(({ path }) => path);
  return { value: parsed.data, given, at, wrong: issues.flatMap(placesOf), strangeIn };
}

function without(value: unknown, places: readonly Place[]): unknown {
  if (places.some((place) => place.length === 0)) return undefined;
  if (places.length === 0 || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.filter((_, i) => !places.some(([step]) => step === i));
  const below = (key: string) => places.filter(([step]) => step === key).map((place) => place.slice(1));
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, held]: [string, unknown]) => {
      const left = without(held, below(key));
      return left === undefined ? [] : [[key, left]];
    }),
  );
}

/** Whether there is a mistake at a place, below it, or above it. */
export function isWrongAt({ wrong }: Pick<ReadPart<unknown>, "wrong">, place: Place): boolean {
  return wrong.some((each) => startsWith(each, place) || startsWith(place, each));
}

/** The value at a place; undefined when there is none. */
export function givenAt({ given }: Pick<ReadPart<unknown>, "given">, place: Place): unknown {
  return place.reduce<unknown>((value, key) => fieldOf(value, key), given);
}

/** A member of a value of any type. */
export function fieldOf(holder: unknown, key: PropertyKey): unknown {
  return typeof holder === "object" && holder !== null && Object.hasOwn(holder, key)
    ? (holder as Readonly<Record<PropertyKey, unknown>>)[key]
    : undefined;
}

/**
 * Where to report a mistake between fields of one group: the first part that sets one of them. Undefined when a
 * field is unreadable or may be a misspelt one.
 */
export function placeToMend(
  parts: readonly ReadPart<unknown>[],
  group: string,
  fields: readonly string[],
): Place | undefined {
  const setBy = fields.map((field) => parts.find((part) => sets(part, group, field)));
  const isUnknown = fields.some((field, i) => {
    const part = setBy[i];
    return (
      part !== undefined && (givenAt(part, [group, field]) === undefined || isWrongAt(part, [group, field]))
    );
  });
  if (isUnknown) return undefined;
  const part = parts.find((each) => setBy.includes(each)) ?? parts[0];
  return part && [...part.at, group];
}

function sets(part: ReadPart<unknown>, group: string, field: string): boolean {
  return (
    givenAt(part, [group, field]) !== undefined ||
    isWrongAt(part, [group, field]) ||
    part.strangeIn.some((place) => place.length === 1 && place[0] === group)
  );
}

function startsWith(place: Place, start: Place): boolean {
  return start.every((key, i) => place[i] === key);
}
