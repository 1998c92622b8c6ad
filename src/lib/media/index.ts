// The media floor: what files are, pictures made ready, names made safe, voice recorded. No network, storage or keys.
export {
  categoryOf,
  cleanContentType,
  extensionOf,
  guessContentType,
  sniffMediaType,
  UNKNOWN_TYPE,
  type MediaCategory
} from './content-type.ts';
export { MediaError, type MediaErrorCode } from './errors.ts';
export { safeFileName } from './file-name.ts';
export { createCanvasCodec, type CanvasScope, type ImageCodec } from './image-codec.ts';
export {
  isDecodable,
  MAX_IMAGE_PIXELS,
  MAX_IMAGE_SIDE,
  readImageHeader,
  type ImageHeader,
  type ImageType
} from './image-header.ts';
export {
  makeThumbnail,
  prepareProfilePicture,
  prepareSentImage,
  requireDecodable,
  type PreparedImage
} from './prepare-image.ts';
export { fitWithin, MAX_SENT_SIDE, THUMBNAIL_SIDE, type Size } from './scaling.ts';
export { recogniseFile, type RecognisedFile } from './recognise.ts';
export { stripMetadata } from './strip-metadata.ts';
export {
  createLevelMeter,
  MAX_VOICE_MS,
  startVoiceRecording,
  WAVEFORM_BARS,
  type LevelMeter,
  type RecordedVoice,
  type VoiceRecorderDependencies,
  type VoiceRecording
} from './voice-recorder.ts';
export { computeWaveform, waveformOfLevels } from './waveform.ts';
