/** Branded identifiers: a patient's id cannot be passed where a call's is wanted. */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type ClinicId = Branded<'ClinicId'>;
export type PatientId = Branded<'PatientId'>;
export type PractitionerId = Branded<'PractitionerId'>;
export type ServiceId = Branded<'ServiceId'>;
export type AppointmentId = Branded<'AppointmentId'>;
export type CallId = Branded<'CallId'>;
export type WorkerId = Branded<'WorkerId'>;
export type ShiftId = Branded<'ShiftId'>;
export type TaskId = Branded<'TaskId'>;
export type HoldId = Branded<'HoldId'>;
export type WaitingId = Branded<'WaitingId'>;
export type MessageId = Branded<'MessageId'>;
