// What a file server can answer that is not success (accounts-and-messages.md §5.4). Failures on the way are OnionError.
import { AppError } from '../errors.ts';

export type FilesErrorCode =
  /** Not the address of a file, or of a server that may not be asked. */
  | 'file-url-invalid'
  /** Unknown to the server, or its life is over. */
  | 'file-expired'
  /** More than a server takes (`details.limit`, bytes). */
  | 'file-too-large'
  /** Asked too often. */
  | 'file-server-busy'
  /** The server answered with a fault of its own: `details.status`. */
  | 'file-server-failed'
  /** It refused the request itself: `details.status`. */
  | 'file-refused'
  /** Its answer says nothing understandable. */
  | 'file-server-garbage';

export class FilesError extends AppError<FilesErrorCode> {
  override readonly name = 'FilesError';
}
