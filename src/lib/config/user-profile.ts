// The profile of the account as its devices share it (config-sync.md §8.1).
import { equalBytes } from '../bytes/index.ts';
import type { ConfigDict } from './document.ts';
import {
  flagValue,
  intField,
  intValue,
  nameField,
  nameValue,
  pictureField,
  pictureFields,
  positiveField,
  withFields,
  type Picture
} from './fields.ts';

export interface UserProfile {
  /** null where none was ever set. */
  readonly name: string | null;
  readonly picture: Picture | null;
  /** Of Note to Self: −1 hidden, 0 normal, from 1 pinned. */
  readonly noteToSelfPriority: number;
  /** Disappearing timer of Note to Self, after sending; null when off. */
  readonly noteToSelfTimerSeconds: number | null;
  /** Message requests from communities; null is the client's default. */
  readonly acceptsBlindedRequests: boolean | null;
  /** Last change, seconds since 1970, as it goes along with messages; null where it is not known. */
  readonly updatedAtSeconds: number | null;
}

export function readUserProfile(data: ConfigDict): UserProfile {
  const changedAt = positiveField(data, 't');
  const uploadedAt = positiveField(data, 'T');
  const isReuploaded = (uploadedAt ?? 0) > (changedAt ?? 0);
  const accepts = intField(data, 'M');
  return {
    name: nameField(data, 'n') || null,
    picture: (isReuploaded ? pictureField(data, 'P', 'Q') : null) ?? pictureField(data),
    noteToSelfPriority: intField(data, '+') ?? 0,
    noteToSelfTimerSeconds: positiveField(data, 'e'),
    acceptsBlindedRequests: accepts === null ? null : accepts !== 0,
    updatedAtSeconds: Math.max(changedAt ?? 0, uploadedAt ?? 0) || null
  };
}

/** What a person changes about themselves; a field left out stays as it is. */
export type UserProfileChanges = Partial<Omit<UserProfile, 'updatedAtSeconds'>>;

/**
 * @param nowSeconds becomes the time of the change where name, picture or requests change
 * @throws UsageError for a picture that is not one
 */
export function editUserProfile(
  data: ConfigDict,
  changes: UserProfileChanges,
  nowSeconds: number
): ConfigDict {
  const { name, picture, acceptsBlindedRequests, noteToSelfPriority, noteToSelfTimerSeconds } = changes;
  const explicit = withFields(data, [], {
    n: name === undefined ? undefined : name ? nameValue(name) : null,
    M: acceptsBlindedRequests === undefined ? undefined : acceptsValue(acceptsBlindedRequests)
  });
  const withPicture = picture === undefined ? explicit : editPicture(explicit, picture);
  return withFields(
    withPicture === data ? data : withChangeTime(withPicture, nowSeconds, picture !== undefined),
    [],
    {
      '+': noteToSelfPriority === undefined ? undefined : intValue(noteToSelfPriority),
      e: noteToSelfTimerSeconds === undefined ? undefined : intValue(noteToSelfTimerSeconds ?? 0)
    }
  );
}

/** Here zero is an answer and absence is none. */
function acceptsValue(accepts: boolean | null): bigint | null {
  return accepts === null ? null : (flagValue(accepts) ?? 0n);
}

/** The picture of an automatic upload goes with the one that it stood for. */
function editPicture(data: ConfigDict, picture: Picture | null): ConfigDict {
  const { picture: current } = readUserProfile(data);
  const isSame = picture && current && picture.url === current.url && equalBytes(picture.key, current.key);
  return isSame ? data : withFields(data, [], { ...pictureFields(picture), P: null, Q: null });
}

/** `T` counts while it is the later one (§8.1); a new picture must not be taken for the older of two. */
function withChangeTime(data: ConfigDict, nowSeconds: number, isPicture: boolean): ConfigDict {
  const uploadedAt = positiveField(data, 'T') ?? 0;
  if (uploadedAt <= (positiveField(data, 't') ?? 0)) return withFields(data, [], { t: BigInt(nowSeconds) });
  if (!isPicture) return withFields(data, [], { T: BigInt(nowSeconds) });
  return withFields(data, [], { t: BigInt(Math.max(nowSeconds, uploadedAt)) });
}
