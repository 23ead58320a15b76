/** On the participant of somebody at the clinic who was called for a caller: they are no caller. Its value is of no account. */
export const STAFF_ATTRIBUTE = 'openhours.staff';
/** On both participants once they hear each other: their room needs no agent, and ends when one of them leaves. */
export const BRIDGED_ATTRIBUTE = 'openhours.bridged';
