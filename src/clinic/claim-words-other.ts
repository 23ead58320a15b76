import type { ClaimKind, ClaimPhrases } from './claim-words.ts';

const HE = '(?:(?:ya|ahora|también|le|lo|la|te|les|se|su|tu) )*(?:he|hemos)(?: ya| también)?';
const ESTA =
  '(?:está|esta|queda|quedó|quedo|ha quedado|han quedado|ha sido|han sido|fue|están|quedan)(?: (?:ya|ahora|todo))?';
const CITA = '(?:su|tu|la|esta|las|sus) (?:~1 )(?:cita|citas|hora|reserva|consulta|turno)';
const PRONTO = '(?:pronto |enseguida |luego |más tarde )?';

/** The basic forms in Spanish: first person past with its accent, participles with and without. */
export const SPANISH_CLAIMS: Readonly<Record<ClaimKind, ClaimPhrases>> = {
  booked: {
    done: [
      `(?:${CITA} ~6 )?${ESTA} (?:reservad|agendad|programad|confirmad|apartad)[oa]s?`,
      `${HE} (?:reservado|agendado|programado|confirmado|apartado)|(?:le|te|lo|la|ya|se) (?:le |lo |la )?(?:reservé|agendé|programé|confirmé|aparté)|(?:reservé|agendé|programé|aparté) (?:su|tu|la|una|el)`,
    ],
  },
  moved: {
    done: [
      `${HE} (?:cambiado|movido|reprogramado|trasladado|pasado) ${CITA}|(?:cambié|moví|reprogramé|trasladé|pasé) ${CITA}|${HE} reprogramado`,
      `${CITA} ~6 ${ESTA} (?:cambiad|movid|reprogramad|trasladad)[oa]s?`,
    ],
  },
  cancelled: {
    done: [
      `${HE} (?:cancelado|anulado)|(?:cancelé|anulé) ~1 (?:su|tu|la|esa|las)|(?:le|te|la|se la|ya) (?:cancelé|anulé)`,
      `(?:${CITA} ~6 )?${ESTA} (?:cancelad|anulad)[oa]s?`,
    ],
  },
  message: {
    done: [
      `${HE} (?:dejado|tomado|anotado|enviado|pasado|guardado) (?:un|su|el|tu) (?:mensaje|recado|nota)|(?:dejé|tomé|anoté|envié|pasé|guardé) (?:un|su|el|tu) (?:mensaje|recado)`,
      `(?:su|el|tu) (?:mensaje|recado) ${ESTA} (?:anotado|guardado|enviado|tomado)|${HE} (?:avisado|informado) (?:a|al)|avisé (?:a|al)`,
    ],
    promised: ['(?:pasaré|daré|entregaré) (?:su|el|tu) (?:mensaje|recado)|le (?:avisaré|diré) (?:a|al)'],
  },
  callback: {
    done: [],
    promised: [
      `(?:le|lo|la|te|los) ${PRONTO}(?:llamaremos|llamarán|llamará|llamaré|telefonearemos|devolveremos la llamada|devolverán la llamada|contactaremos|contactarán|contactará)`,
      '(?:le|lo|la|te) (?:vamos|van|va|voy) a (?:llamar|contactar|devolver la llamada)|(?:vamos|van|va) a (?:llamarle|llamarlo|llamarla|llamarte|devolverle la llamada)|(?:nos pondremos|se pondrán|se pondrá) en contacto|recibirá una llamada',
    ],
  },
  transferring: {
    done: [
      '(?:le|lo|la|te) (?:estoy )?(?:comunico|paso|transfiero|conecto|comunicando|pasando|transfiriendo|conectando)(?! (?:la|el|los|las|un|una)(?! llamada))|estoy (?:transfiriendo|comunicando|pasando|conectando) su llamada',
      '(?:voy a|permítame|permitame|déjeme|dejeme) (?:transferir|comunicar|pasar|conectar)(?:le|lo|la|te)|(?:le|lo|la|te) (?:voy a) (?:transferir|comunicar|pasar|conectar)',
    ],
  },
  waiting_list: {
    done: [
      '(?:está|esta|queda|quedó|ha quedado|estás) (?:ya |ahora )?(?:en|anotad[oa] en|apuntad[oa] en|inscrit[oa] en) (?:la|nuestra) lista de espera',
      `${HE} (?:puesto|añadido|agregado|anotado|apuntado|incluido) ~3 (?:en|a) (?:la|nuestra) lista de espera|(?:puse|añadí|agregué|anoté|apunté) ~3 (?:en|a) (?:la|nuestra) lista de espera`,
    ],
  },
  registered: {
    done: [
      `${HE} (?:registrado|inscrito|dado de alta)|(?:lo|la|le|te) (?:registré|inscribí)|(?:está|queda|quedó|ha quedado) (?:ya |ahora )?(?:registrad|inscrit)[oa]`,
    ],
  },
};

const KAR_DI = '(?:kar|kr) (?:di|diya|dia|di gayi|diya gaya|li|liya|chuka|chuki|di gai|ke)';
const HO_GAYI = '(?:ho|hu) (?:gayi|gaya|gai|gya|chuki|chuka|gaye|chuke)';
const DONE = `(?:${KAR_DI}|${HO_GAYI})`;
const KAR_DI_UR = '(?:کر (?:دی|دیا|دی گئی|دیا گیا|لی|لیا|چکا|چکی)|ہو (?:گئی|گیا|چکی|چکا|گئے))';
const AAP =
  '(?:(?:aap|aapko|ap|apko|ko|se|aapse|wapas|dobara|jald|jaldi|khud|hum|ham|hi|unhein|baad mein) )*';

/** The basic forms in Urdu, in both scripts. */
export const URDU_CLAIMS: Readonly<Record<ClaimKind, ClaimPhrases>> = {
  booked: {
    done: [
      `(?:book|booking|confirm|confirmed|reserve|muqarrar|tay|tey) ${DONE}`,
      `(?:بک|بکنگ|کنفرم|ریزرو|مقرر|طے) ${KAR_DI_UR}`,
    ],
  },
  moved: {
    done: [
      `(?:tabdeel|tabdil|change|move|shift|reschedule|muntaqil) ${DONE}`,
      `(?:تبدیل|چینج|شفٹ|منتقل|ری شیڈول) ${KAR_DI_UR}`,
    ],
  },
  cancelled: {
    done: [`(?:cancel|cancle|mansookh|mansukh|khatam) ${DONE}`, `(?:کینسل|منسوخ) ${KAR_DI_UR}`],
  },
  message: {
    done: [
      `(?:paigham|pegham|paighaam|message) ~3 (?:(?:chhor|chor|likh|note|bhej|pohancha|pahuncha|de|record) (?:kar |kr )?(?:diya|dia|liya|lia|di|gaya))`,
      'پیغام ~3 (?:چھوڑ|لکھ|نوٹ|بھیج|پہنچا|دے|ریکارڈ) (?:کر )?(?:دیا|لیا|گیا)',
    ],
  },
  callback: {
    done: [],
    promised: [
      `(?:call|phone|fone|rabta|raabta) ${AAP}(?:karein|karen|kren|kareinge|karenge|krenge|karega|karegi|karunga|karungi|karoonga|karoongi)(?: (?:ge|gay|gi|ga))?`,
      '(?:کال|فون|رابطہ) (?:کریں گے|کرے گا|کرے گی|کروں گا|کروں گی|کرینگے|کی جائے گی)',
    ],
  },
  transferring: {
    done: [
      '(?:connect|transfer|mila|muntaqil) (?:(?:kar|kr) )?(?:raha|rahi|rahe|rha|rhi|deta|deti) (?:hoon|hun|hu|hain|hn)',
      '(?:کنیکٹ|ٹرانسفر|ملا|منتقل) (?:کر )?(?:رہا|رہی|رہے|دیتا|دیتی) (?:ہوں|ہیں)',
    ],
  },
  waiting_list: {
    done: [
      '(?:waiting|intezar) ~1 list (?:mein|me|main|par|pe) ~2 (?:(?:daal|dal|shamil|likh|add|darj) (?:(?:kar|kr) )?(?:diya|dia|liya|gaya|di)|hain|hein)',
      '(?:ویٹنگ|انتظار کی) (?:لسٹ|فہرست) (?:میں|پر) ~2 (?:(?:ڈال|شامل|لکھ|درج) (?:کر )?(?:دیا|لیا|گیا|دی)|ہیں)',
    ],
  },
  registered: {
    done: [
      `(?:register|registered|registration|darj|indraj) ${DONE}`,
      `(?:رجسٹر|رجسٹریشن|اندراج) ${KAR_DI_UR}`,
    ],
  },
};
