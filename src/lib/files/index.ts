// The files floor: encrypted files on file servers. Nothing here knows what is in them or who wrote them.
export {
  downloadAttachment,
  MAX_SENT_BYTES,
  SENT_FORMAT,
  uploadAttachment,
  type AttachmentDependencies,
  type AttachmentLink,
  type UploadedAttachment,
  type UploadOptions
} from './attachment.ts';
export {
  createFileClient,
  type DownloadedFile,
  type FileClient,
  type FileClientDependencies,
  type TransferOptions,
  type TransferProgress,
  type UploadedFile
} from './client.ts';
export { FilesError, type FilesErrorCode } from './errors.ts';
export { isFileUrl, locateFile, pointerIdOf, type FileLocation } from './file-location.ts';
export { readInfo, readUploaded, type FileInfo } from './answers.ts';
export {
  downloadProfilePicture,
  renewProfilePicture,
  uploadProfilePicture,
  type PictureLink,
  type UploadedPicture
} from './profile-picture.ts';
