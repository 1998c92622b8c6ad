// The microphone, for a voice message: loaded when one is recorded.
import { systemClock } from '../clock.ts';
import { createLevelMeter, MediaError, startVoiceRecording, type VoiceRecording } from '../media/index.ts';

export function beginVoice(): Promise<VoiceRecording> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices || typeof MediaRecorder === 'undefined') {
    throw new MediaError('recording-unsupported', { retry: 'never' });
  }
  return startVoiceRecording({
    getUserMedia: (constraints) => devices.getUserMedia(constraints),
    Recorder: MediaRecorder,
    openMeter: createLevelMeter(() => new AudioContext()),
    clock: systemClock
  });
}
