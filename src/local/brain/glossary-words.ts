/** Spanish as callers of a clinic say it: `phrase|phrase=English`, separated by semicolons. An empty English word is left out. */
export const SPANISH = `
sí|si=yes; no=no; claro|vale|de acuerdo|está bien|perfecto|adelante|por supuesto=yes; correcto|exacto|así es|eso es|es correcto=correct;
hola=hello; buenos días|buenas tardes|buenas noches|buenas=hello; gracias|muchas gracias=thank you; por favor=please;
adiós|hasta luego|chao=goodbye; nada más|eso es todo|es todo=that is all;
quiero|quisiera|me gustaría|necesito|querría|deseo|busco=i want; puedo|podría|puede|pueden=can i; tiene|tienen|hay=do you have;
una cita|cita|un turno|turno|una hora=an appointment; mi cita|mis citas|la cita=my appointment; reservar|agendar|pedir|hacer|sacar|programar=book;
cuándo es|cuándo tengo|a qué hora es|qué día es=when is;
cancelar|anular|cancela|cancele|cancelarla=cancel; cambiar|mover|reprogramar|aplazar|cambio|cambiarla=move; cancelar mi cita=cancel my appointment;
limpieza|una limpieza|limpieza dental=cleaning; revisión|una revisión|chequeo|un chequeo|control=check up; dolor|duele|me duele=pain; muela|diente=tooth;
hoy=today; mañana=tomorrow; pasado mañana=day after tomorrow; por la mañana|de la mañana|en la mañana=in the morning; mañana por la mañana=tomorrow morning;
por la tarde|de la tarde|en la tarde=in the afternoon; mañana por la tarde=tomorrow afternoon; por la noche|de la noche=in the evening;
lunes=monday; martes=tuesday; miércoles=wednesday; jueves=thursday; viernes=friday; sábado=saturday; domingo=sunday;
el próximo|próximo|próxima=next; la semana que viene|la próxima semana|la semana próxima=next week; otro día=another day; más tarde|más temprano=later;
a la una=at one; a las|las=at; y media=thirty; y cuarto=fifteen; en punto=oclock;
uno|una=one; dos=two; tres=three; cuatro=four; cinco=five; seis=six; siete=seven; ocho=eight; nueve=nine; diez=ten; once=eleven; doce=twelve;
trece=thirteen; catorce=fourteen; quince=fifteen; dieciséis=sixteen; diecisiete=seventeen; dieciocho=eighteen; diecinueve=nineteen; veinte=twenty;
veintiuno=twenty one; veintidós=twenty two; veintitrés=twenty three; veinticuatro=twenty four; veinticinco=twenty five; veintiséis=twenty six;
veintisiete=twenty seven; veintiocho=twenty eight; veintinueve=twenty nine; treinta=thirty; treinta y uno=thirty one; cero=zero;
mil novecientos=nineteen; dos mil=two thousand; cuarenta=forty; cincuenta=fifty; sesenta=sixty; setenta=seventy; ochenta=eighty; noventa=ninety;
enero=january; febrero=february; marzo=march; abril=april; mayo=may; junio=june; julio=july; agosto=august; septiembre|setiembre=september;
octubre=october; noviembre=november; diciembre=december;
la primera|el primero|primero|primera=the first one; la segunda|el segundo|segundo|segunda=the second one; la tercera|el tercero|tercero|tercera=the third one;
la última|el último=the last one; cualquiera|me da igual=any; ninguna|ninguno=none;
me llamo|mi nombre es|soy|el nombre es|su nombre es|se llama=my name is; nací el|nacido el|nacida el|nació el|nací|nacido|nacida|nació=born on;
fecha de nacimiento|mi fecha de nacimiento es=date of birth; mi hijo=my son; mi hija=my daughter; mis hijos=my children; mi esposa|mi mujer=my wife; mi marido|mi esposo=my husband;
lista de espera|la lista de espera=waiting list; dejar un mensaje|dejar un recado|un mensaje=leave a message; que me llamen=call me back;
hablar con una persona|hablar con alguien|una persona real=speak to a person; más despacio|más lento|despacio=slower; más rápido=faster;
repetir|repita|otra vez|puede repetir|cómo dice=repeat that; cuánto cuesta|cuánto vale|qué precio tiene=how much is; dónde están|dónde está|dónde queda=where are you;
a qué hora abren|cuándo abren|qué horario tienen=when are you open; seguro=insurance; aparcamiento|estacionamiento=parking;
paciente nuevo|paciente nueva|soy nuevo|soy nueva|es mi primera vez=new patient; para=for; para mí=for me; con=with; doctora|doctor|dra=doctor;
el=; la=; los=; de=of; del=of; y=and; o=or; que=; en=in; es=is; un=a; qué=what; dental=; cuándo=when; mi=my; su=your
`;

/** Urdu in Roman letters and in its own, likewise. */
export const URDU = `
haan|han|jee|ji|ji haan|jee haan|haan ji|ہاں|جی|جی ہاں=yes; bilkul|theek hai|thik hai|sahi hai|sahi|durust|بالکل|ٹھیک ہے|صحیح ہے|درست=correct;
nahi|nahin|nai|ji nahi|نہیں|جی نہیں=no; salam|assalam o alaikum|assalamualaikum|السلام علیکم|سلام|hello ji=hello;
shukriya|bohat shukriya|شکریہ|بہت شکریہ=thank you; meherbani|مہربانی=please; khuda hafiz|allah hafiz|خدا حافظ|اللہ حافظ=goodbye; bas|bas itna hi|بس|بس اتنا ہی=that is all;
mujhe|مجھے=i; chahiye|chahye|chahta hoon|chahti hoon|چاہیے|چاہئے|چاہتا ہوں|چاہتی ہوں=want; lena|leni|lena hai|leni hai|لینا|لینی|لینی ہے=get;
appointment|waqt|apointment|اپائنٹمنٹ|اپوائنٹمنٹ|وقت=appointment; meri appointment|میری اپائنٹمنٹ|میری اپوائنٹمنٹ=my appointment; book karni hai|book karna hai|book|بک=book;
kab hai|kab he|کب ہے=when is it; cancel|cancel karni hai|cancel karna|mansookh|کینسل|منسوخ=cancel; badalni hai|badalna|tabdeel|tabdeel karna|بدلنی|تبدیل=move my;
safai|danton ki safai|صفائی|دانتوں کی صفائی=cleaning; muaina|check up|checkup|معائنہ|چیک اپ=check up; dard|درد=pain; daant|دانت=tooth;
aaj|آج=today; kal|کل=tomorrow; parson|پرسوں=day after tomorrow; subah|صبح=in the morning; dopahar|dopehar|دوپہر=in the afternoon; shaam|sham|شام=in the evening;
peer|pir|somwar|پیر|سوموار=monday; mangal|منگل=tuesday; budh|بدھ=wednesday; jumeraat|jumerat|جمعرات=thursday; juma|jumma|جمعہ=friday; hafta|hafte|ہفتہ|ہفتے=saturday; itwar|اتوار=sunday;
agle|agla|agli|اگلے|اگلا|اگلی=next; agle hafte|اگلے ہفتے=next week; baje|بجے=oclock; saarhe|sarhe|ساڑھے=half past;
ek|ایک=one; do|دو=two; teen|تین=three; char|chaar|چار=four; paanch|panch|پانچ=five; chhe|chay|چھ=six; saat|سات=seven; aath|آٹھ=eight; nau|نو=nine; das|دس=ten; gyarah|gyara|گیارہ=eleven; barah|bara|بارہ=twelve;
bees|بیس=twenty; tees|تیس=thirty; nabbe|نوے=ninety; assi|اسی=eighty; unees so|unnis sau|انیس سو=nineteen; do hazar|دو ہزار=two thousand;
pehla|pehli|pehla wala|pehli wali|پہلا|پہلی|پہلا والا|پہلی والی=the first one; doosra|doosri|dusra|dusri|دوسرا|دوسری=the second one; teesra|teesri|تیسرا|تیسری=the third one; aakhri|akhri|آخری=the last one; koi bhi|کوئی بھی=any;
mera naam|میرا نام=my name is; naam|نام=name; uska naam|اس کا نام=his name is; paidaish|tareekh e paidaish|تاریخ پیدائش|پیدائش=born;
january|جنوری=january; february|فروری=february; march|مارچ=march; april|اپریل=april; may|mai|مئی=may; june|جون=june; july|جولائی=july; august|اگست=august; september|ستمبر=september; october|اکتوبر=october; november|نومبر=november; december|دسمبر=december;
mera beta|mere bete|میرا بیٹا|میرے بیٹے=my son; meri beti|میری بیٹی=my daughter; mere bachay|میرے بچے=my children; meri biwi|میری بیوی=my wife; mere shohar|میرے شوہر=my husband;
waiting list|ویٹنگ لسٹ=waiting list; paigham|پیغام|message|میسج=leave a message; kisi insaan se baat|kisi se baat|کسی انسان سے بات|کسی سے بات=speak to a person;
ahista|aahista|dheere|آہستہ=slower; dobara|phir se|دوبارہ|پھر سے=repeat that; kitne ka|kitne paise|qeemat|کتنے کا|کتنے پیسے|قیمت=how much; kahan|کہاں=where are you;
parking|پارکنگ=is there parking; naya mareez|nayi mareez|pehli dafa|نیا مریض|نئی مریض|پہلی دفعہ=new patient; hai|he|hain|ہے|ہیں=; ki|ka|ke|ko|کی|کا|کے|کو=; ke liye|کے لیے|کے لئے=for; se|سے=with; aur|اور=and; meri|mera|mere|میری|میرا|میرے=my; par|پر|din|دن=; karni|karna|kar dein|kar den|kijiye|karein|کرنی|کرنا|کر دیں|کیجیے|کریں=; kya|کیا=what; main|mein|میں=
`;
