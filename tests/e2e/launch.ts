// How the browser of the tests is started (scripts/test.mjs finds or installs it and names it in CHROMIUM).
import type { LaunchOptions } from '@playwright/test';

/**
 * The address bar of Chromium is a web page of five hundred modules, loaded anew beside every page that a test opens: as much
 * work as opening the app itself, by a process nobody looks at.
 */
const ADDRESS_BAR = ['WebUIOmniboxPopup', 'WebUIOmniboxFullPopup', 'WebUIOmniboxAimPopup'];

/** What Playwright 1.65 turns off: a browser heeds the last list it is given, and ours comes last. */
const AS_PLAYWRIGHT = [
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning'
];

export const LAUNCH_OPTIONS: LaunchOptions = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    `--disable-features=${[...ADDRESS_BAR, ...AS_PLAYWRIGHT].join(',')}`
  ]
};
