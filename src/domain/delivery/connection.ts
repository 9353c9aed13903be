/** State of the live connection, with the exact words that people and other clients see. */
export type ConnectionStatus = 'Connected' | 'Reconnecting' | 'Offline' | 'OfflineBatchMode';
