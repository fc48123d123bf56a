"""What mail programs write, in the languages of those who write to us: marks of subjects, heads of quotations, absences.

Each table is a text of phrases, one a line, as regular expressions in small letters. To add a language is to add lines.
"""

from __future__ import annotations

import re
from itertools import product


def phrases(text: str) -> str:
    """The phrases of a table as one alternative."""
    return "|".join(line.strip() for line in text.strip().split("\n"))


def pattern(text: str, before: str = "", after: str = "") -> re.Pattern[str]:
    """What finds a phrase of a table, whatever its case."""
    return re.compile(f"{before}(?:{phrases(text)}){after}", re.IGNORECASE)


COLON = "\\s*[:\uff1a]"

REPLY_MARKS = """
re|aw|antw|antwort|sv|vs|odp|ynt|rif|ris|res|resp|rsp|ref|ang|bls|réf|hl|att
отв|ответ|на
回复|回覆|答复|答覆|返信|返
회신|답장
"""
FORWARD_MARKS = """
fwd?|fw|wg|tr|rv|enc|doorst|vb|vl|pd|ilt|i̇lt|trs|fs|továbbítás
переслано|пересл
转发|轉寄|轉發|転送
전달
"""
TAGS = """
ext|extern|external|externe|externo|esterno|extern e-?mail|external e-?mail|external sender|caution
spam\\??|suspected spam|bulk|secure|sec=[^\\]]{1,30}|signed|encrypted|vertraulich|confidential
外部邮件
"""

GREETINGS = """
hello|hi|hey|dear|good (?:morning|afternoon|evening|day)
hallo|guten|moin|sehr geehrte|liebe
bonjour|bonsoir|madame|monsieur
hola|buenos|buenas|estimad
ciao|buongiorno|buonasera|gentile|egregio
olá|bom dia|boa tarde|prezad
goedemorgen|goedemiddag|beste|geachte
hej|god (?:morgon|dag)|bästa|kære
dzień dobry|witam|szanowni
здравствуйте|добрый|уважаем|привет
您好|你好|尊敬的
お世話|こんにちは
안녕하세요
"""

SENT_FROM = """
sent from (?:my|yahoo|outlook|mail|samsung|proton|gmail|spark|bluemail|huawei|xiaomi|galaxy|blackberry|tutanota)\\b.{0,80}|sent from (?:the|an?) .{0,60}\\b(?:app|phone|mobile|device|tablet|iphone|ipad|android|ios)\\b.{0,30}
yahoo mail ?: \\w+, \\w+,? \\w+
sent (?:via|with) .{1,60}
get outlook for .{0,60}|download outlook for .{0,60}
(?:获取|下载|取得|下載) ?outlook for [a-z ]{2,15}|(?:获取|下载)适用于 .{1,20} 的 outlook|outlook for [a-z ]{2,15}(?:を入手|をダウンロード|を取得)(?:する|してください)?
von meinem .{1,30} gesendet|gesendet (?:von|mit) .{1,60}|diese nachricht wurde von meinem .{1,80}
holen sie sich outlook .{0,60}|outlook für .{1,20} (?:beziehen|herunterladen).{0,60}
envoyé (?:de|depuis|à partir).{1,60}|télécharger outlook pour .{0,60}|obtenez outlook .{0,60}
enviado (?:desde|do|a partir) .{1,60}|obtener outlook para .{0,60}|obter o outlook para .{0,60}
inviato da(?:l mio)? .{1,60}|scarica outlook per .{0,60}
verzonden (?:vanaf|met|van) .{1,60}|outlook voor .{1,20} downloaden.{0,60}
skickat från .{1,60}|sendt fra .{1,60}|lähetetty .{1,60}
wysłane z .{1,60}
отправлено (?:с|из) .{1,60}
从我的.{1,20}发送|发自我的.{1,20}
.{1,10}から送信
나의 .{1,20}에서 보냄
"""

ORIGINAL = """
original message|original appointment
ursprüngliche nachricht|original-?nachricht|originalnachricht
message d'origine|message original
mensaje original|messaggio originale|mensagem original
oorspronkelijk bericht|ursprungligt meddelande|oprindelig meddelelse|alkuperäinen viesti
wiadomość oryginalna|původní zpráva|eredeti üzenet|özgün ileti|orijinal mesaj
исходное сообщение|原始邮件|原始郵件|元のメッセージ|원본 메시지|원본 메일
"""
POINTS_BELOW = """
\\b(?:below|inline|in-line|within the text)\\b|\\bin (?:red|blue|green|bold|colou?r)\\b
\\bunten\\b|\\buntenstehend|\\b(?:direkt )?im text\\b|\\bin (?:rot|blau|grün|fett|farbe)\\b
\\bci-dessous|\\bplus bas\\b|\\bdans le texte\\b|\\ben (?:rouge|bleu|vert|gras)\\b
\\babajo\\b|\\ba continuación|\\ben (?:rojo|azul|verde|negrita)\\b|\\babaixo\\b|\\bem (?:vermelho|azul|verde|negrito)\\b
\\b(?:qui )?sotto\\b|\\bdi seguito\\b|\\bin (?:rosso|blu|verde|grassetto)\\b
\\bhieronder\\b|\\bin (?:rood|blauw|groen)\\b|\\bnedan\\b|\\bnedenfor|\\bi (?:rött|rødt|blått|blåt)\\b|\\balla ole|\\b(?:katso|vasta\\w*|kommen\\w*) alla\\b|\\bpunaisella
\\bponiżej|\\bna (?:czerwono|niebiesko)|\\bníže\\b|\\başağıda|\\bниже\\b|красным|синим
下面|下方|以下|如下|下列|红字|紅字|红色|紅色|蓝色|藍色|下記|赤字|青字|아래|빨간|파란
"""
"""How somebody says that what they mean, such as their answers, stands in the mail that is quoted below."""

PASSED_ON = """
forwarded message|forwarded by .{1,80}
weitergeleitete nachricht|weitergeleitet von .{1,80}|anfang der weitergeleiteten nachricht
message transféré|message transmis|début du message (?:transféré|réexpédié)
mensaje reenviado|inicio del mensaje reenviado|messaggio inoltrato|inizio messaggio inoltrato|mensagem encaminhada
doorgestuurd bericht|begin doorgestuurd bericht|vidarebefordrat (?:meddelande|brev)|videresendt (?:meddelelse|besked)
wiadomość przekazana|przekazana wiadomość|přeposlaná zpráva|továbbított üzenet|iletilen (?:mesaj|ileti)
пересылаемое сообщение|пересланное сообщение|начало переадресованного сообщения
(?:已)?转发(?:的)?(?:邮件|消息)|轉寄(?:的)?(?:郵件|訊息|信件)|転送(?:された)?メッセージ|전달된 메시지
"""

WROTE = """
\\bschrieb .{1,80}:|\\bschreef .{1,80}:|\\bskrev .{1,80}:|\\bnapisał(?:a)? .{1,80}:|\\bпишет .{1,80}:|\\bwrote .{1,80}:
\\bwrote|\\bschrieb|\\ba écrit|\\bescribió|\\bha scritto|\\bescreveu|\\bschreef|\\bskrev|\\bkirjoitti
\\bnapisał(?:\\(a\\)|a)?|\\bnapsal(?:\\(a\\)|a)?|\\bírta|\\byazdı|\\bпишет|\\bписал(?:а)?|\\bнаписал(?:\\(а\\)|а)?
写道|寫道|のメッセージ|님이 작성|.{1,60}書きました
"""
VERBS_OF_WROTE = (
    *("wrote", "chr", "escr", "scr", "kirjo", "napi", "napsal", "crit", "krev", "yazd", "rta", "пис", "пиш"),
    *("写道", "寫道", "のメッセージ", "님이 작성", "書きました"),
)
"""A part of each of them, in small letters."""

FROM_LABELS = """
from|von|de|da|van|från|fra|od|от|lähettäjä|feladó|gönderen|kimden|remetente|expéditeur|mittente|remite|afzender
από|від|de la|จาก|từ|šalje|pošiljatelj|отправитель|nadawca|发件人|寄件者|差出人|보낸 사람|보낸사람|מאת|من
"""
OTHER_LABELS = """
sent|date|gesendet|datum|envoyé|enviado|enviada|inviato|data|verzonden|skickat|sendt|wysłano|odesláno|отправлено|дата
发送时间|日期|时间|送信日時|寄件日期|날짜|보낸 날짜|lähetetty|gönderildi|tarih|fecha|dato
to|an|à|a|para|til|till|aan|do|komu|кому|收件人|宛先|받는 사람|받는사람|vastaanottaja|kime|per|destinataire
cc|kopie|kopia|копия|抄送|참조|bcc
subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|temat|předmět|тема|主题|件名|主旨|제목|aihe|konu
στάλθηκε|ημερομηνία|кому|ส่ง|ถึง|เรื่อง|ชื่อเรื่อง|สำเนา|วันที่|đã gửi|ngày|tới|đến|chủ đề|küldve|elküldve|dátum|címzett|tárgy|trimis|către|subiect|надіслано|αποστολή|προς|θέμα|poslano|prima|predmet
importance|priority|reply-to|antwort an|attachments|anlagen|priorität
"""

ABSENCE_SUBJECTS = """
automatic (?:reply|response)|auto[- ]?(?:reply|response|responder)|autoreply|automated (?:reply|response)
out of (?:the )?office|away from (?:the |my )?(?:office|desk)|on (?:annual )?(?:leave|vacation|holiday)|vacation (?:reply|message)
i am (?:currently )?(?:out of|away)
automatische (?:antwort|rückmeldung)|abwesenheits\\w*|abwesend|nicht im (?:büro|hause)|urlaubsvertretung
réponse automatique|absence du bureau|message d'absence|absent(?:e)? (?:du bureau|jusqu)|en congé
respuesta automática|fuera de (?:la )?oficina|ausente de la oficina|ausencia
risposta automatica|fuori (?:sede|ufficio)|assente|assenza dall'ufficio
resposta automática|ausência (?:temporária|do escritório)|fora do escritório
automatisch antwoord|automatische reactie|afwezig(?:heid)?|niet aanwezig
autosvar|automatiskt svar|automatisk svar|frånvaro|fraværende|fravær|ikke til stede|poissa toimistosta|automaattinen vastaus
odpowiedź automatyczna|automatyczna odpowiedź|autoodpowiedź|nieobecność|poza biurem
automatická odpove[dď]|automatická odpověď|mimo kancelář|automatikus válasz|házon kívül|răspuns automat|otomatik yanıt|otomatik cevap|ofis dışında
автоматический ответ|автоответ|нет на (?:рабочем )?месте|вне офиса|отсутств
自动(?:回复|答复)|自動(?:回覆|回复)|不在办公室|休假
自動(?:返信|応答)|不在(?:通知|のお知らせ)|休暇
자동 ?(?:회신|응답)|부재 ?중
תשובה אוטומטית|رد تلقائي|الرد التلقائي|automatische beantwoording|αυτόματη απάντηση|resposta automàtica|erantzun automatikoa
avtomatski odgovor|automatski odgovor|automaatvastus|automātiskā? atbilde|automatinis atsakymas|автоматична відповідь|автоматичен отговор
balasan otomatis|trả lời tự động|การตอบกลับอัตโนมัติ|ตอบกลับอัตโนมัติ|स्वचालित उत्तर
"""

ABSENT = """
(?:i am|i'm|i will be|i'll be) (?:currently |now )?(?:out of|away|on (?:annual |parental |maternity |sick |business )?(?:leave|vacation|holiday|trip)|travel+ing|not in the office|absent)
out of (?:the )?office
ich bin .{0,60}?(?:im urlaub|in urlaub|abwesend|auf (?:dienst|geschäfts)reise|außer haus|nicht (?:im (?:büro|hause?)|erreichbar|am platz))|ich bin (?:erst |ab |am ).{0,40}wieder (?:im (?:büro|hause?)|erreichbar|zurück)
je suis (?:actuellement |en ce moment )?(?:absent|en congé|en vacances|en déplacement|hors du bureau)|je serai absent
(?:estoy|estaré|me encuentro) (?:actualmente )?(?:fuera|de vacaciones|ausente|de viaje)
(?:sono|sarò) (?:attualmente )?(?:fuori|in ferie|assente|in vacanza|in viaggio)
(?:estou|estarei|encontro-me) (?:atualmente )?(?:fora|de férias|ausente|em viagem)
ik ben (?:momenteel |op dit moment |tijdelijk )?(?:afwezig|niet aanwezig|met vakantie|op vakantie|niet op kantoor)
jag är (?:för närvarande |just nu )?(?:på semester|ledig|borta|frånvarande|tjänstledig|inte på kontoret)
jeg er (?:for tiden |for øjeblikket )?(?:på ferie|bortrejst|fraværende|ikke på kontoret|ute av kontoret)
olen (?:tällä hetkellä )?(?:lomalla|poissa)
(?:jestem|będę|przebywam) (?:obecnie )?(?:nieobecn|na urlopie|poza biurem)
(?:jsem|budu) (?:momentálně )?(?:mimo kancelář|na dovolené|nepřítom)
(?:я )?(?:сейчас )?(?:нахожусь|буду|в данный момент) .{0,30}(?:в отпуске|отсутств|вне офиса|в командировке)|меня не будет
我(?:目前|现在|正)?(?:不在|在休假|休假|出差|外出)|本人(?:目前)?(?:不在|休假|出差)
(?:休暇|出張|不在).{0,20}(?:おります|中です|いただ|のため)
(?:휴가|출장|부재) ?중
(?:şu an|şu anda)?.{0,20}(?:ofis dışında|izinde|tatilde)(?:yim|yım|\\b)
"""
LEFT = """
i (?:no longer work|am no longer (?:with|working|employed)) |i(?:'ve| have) left (?:the )?(?:company|organi[sz]ation|firm)
ich bin nicht mehr (?:für|bei) .{1,40} (?:tätig|beschäftigt)|ich habe (?:das unternehmen|die firma) verlassen
je ne travaille plus (?:chez|pour) |j['’]ai quitté (?:la société|l['’]entreprise)|ya no trabajo en |non lavoro più (?:per|in) |ik werk niet (?:meer|langer) bij
"""
"""What programs write for those who have left, to whoever wrote to them."""
MAIL_WORDS = """
\\b(?:e-?)?mails?\\b|\\bmessages?\\b|\\brepl(?:y|ies)\\b|\\bthank|\\bnachricht|\\bschreiben\\b|\\banfrage\\b|\\bantwort|\\bdank
\\bcourriel|\\bréponse|\\bmerci|\\bcorreo|\\bmensaje|\\brespuesta|\\bgracias|\\bmessaggio|\\brisposta|\\bgrazie|\\bmensagem|\\bresposta|\\bobrigad
\\bbericht|\\bantwoord|\\bbedankt|\\bmeddelande|\\bmeddelelse|\\bmelding|\\bsvar|\\btack|\\btakk?\\b|\\bviesti|\\bkiitos
\\bwiadomoś|\\bodpowiedź|\\bdzięk|\\bzpráv|\\bodpověď|\\bděkuj|\\büzenet|\\bköszön|\\bileti|\\bmesaj|\\bteşekkür
сообщени|письм|ответ|спасибо|благодар
邮件|郵件|来信|來信|回复|回覆|感谢|感謝|メール|返信|応答|各位|ありがとう|메일|회신|감사
"""
"""Words by which somebody speaks of the mail that they answer, or thanks for it."""
RETURNS = """
(?:return|back|until|till|limited access|no access|urgent|emergenc|in my absence|contact|respond|reply|not (?:being )?monitored|instead)
(?:ab dem|bis|wieder|zurück|rückkehr|dringend|vertret|weitergeleitet|nicht gelesen|erreichbar)
(?:jusqu|retour|urgen|contacter|reviendrai|joindre)
(?:hasta|regres|volver|vuelvo|urgen|contact)
(?:fino al|rientr|torner|urgen|contatt)
(?:até|retorn|voltar|volto|urgen|contat|contact)
(?:tot|terug|dringend|spoed|contact)
(?:till|åter|tillbaka|til|tilbage|tilbake|brådskande|haster|kontakt|saakka|asti|palaan)
(?:do dnia|wróc|wracam|powrót|piln|kontakt|zpět|vrátím|naléhav)
(?:до|вернусь|буду|срочн|свяж|обращ)
(?:返回|回来|期间|紧急|联系|直到|至)
(?:まで|戻|緊急|連絡)
(?:까지|복귀|긴급|연락)
(?:kadar|döne|acil|iletişim)
"""

TOO_COMPLEX = """
too (?:complex|complicated|difficult|hard|involved)|beyond (?:us|our (?:skills?|knowledge|means))
can(?:no|')t (?:solve|fix|handle|do) (?:this|it) (?:at|on) (?:this|our) level|can(?:no|')t (?:solve|fix|handle|do) (?:this|it) at level \\d
zu (?:komplex|kompliziert|schwierig)|trop (?:complexe|compliqué|difficile)|太复杂|太複雜
"""
NOT_THIS_LEVEL_WORDS = """
not (?:a matter |something |meant )?(?:for |of |at )?(?:this|our) level|not (?:for |a )?level \\d|not our (?:job|task)
(?:above|beyond|outside) (?:this|our) level|(?:is|was) (?:a matter |one )?for level \\d|belongs (?:to|at) level \\d
(?:needs?|requires?) (?:a |an )?(?:code change|change (?:in|of|to) the code|fix in the code|developer)
nicht (?:für )?(?:unsere?|diese[rs]?|diesem) (?:ebene|stufe|level)|pas (?:de |pour |du )?(?:notre|ce) niveau
"""
"""How engineers give the two reasons of the process for an escalation in their own words."""

MACHINE_WRITTEN = """
(?:this is an? |this (?:e-?mail|message) (?:is|was|has been) )(?:automated|automatic(?:ally)?|auto-?generated|system[- ]generated|computer[- ]generated)
automatically generated (?:e-?mail|message|reply|response|notification)|(?:please )?do not (?:reply|respond) to this (?:e-?mail|message|mail)
automatisch (?:erzeugt|generiert|erstellt|versend)\\w*|maschinell erstellt|bitte (?:antworten sie )?nicht auf diese (?:e-?mail|nachricht|mail)
(?:généré|envoyé|message) automatique(?:ment)?|ne pas répondre à ce (?:message|mail|courriel)
(?:generado|enviado|mensaje) automátic(?:amente|o)|no responda a este (?:correo|mensaje)
(?:generat[oa]|inviat[oa]|messaggio) automatic(?:amente|o)|non rispondere a (?:questa|questo)
(?:gerad[oa]|enviad[oa]|mensagem) automátic(?:amente|a)|(?:não|nao) responda (?:a )?est[ea]
automatisch (?:gegenereerd|verzonden|aangemaakt)|niet (?:te )?(?:beantwoorden|antwoorden)|(?:reageer|antwoord) niet op
automatiskt (?:genererat|skapat)|automatisk (?:generert|genereret)|svara inte på detta|automaattinen viesti
wygenerowan\\w* automatycznie|automatycznie wygenerowan\\w*|prosimy nie odpowiadać
автоматически (?:созда|сформиров|сгенерир|отправл)\\w*|(?:не отвечайте|просьба не отвечать) на это
系统自动(?:发送|生成|回复)|自动(?:发送|生成)的?邮件|请勿(?:直接)?回复
自動(?:的に)?(?:送信|生成|配信)|返信(?:しないで|いただいても|できません)
자동(?:으로)? ?(?:발송|생성)
otomatik olarak (?:gönderil|oluşturul)
"""
RECEIPTS = """
(?:we have|we've|thank you for|thanks for) (?:received|contacting|your (?:request|message|e-?mail|mail|enquiry|inquiry|report|ticket))
your (?:request|ticket|case|message|e-?mail|enquiry|inquiry|incident|issue) .{0,60}(?:has been|was|is) (?:received|created|registered|opened|logged|assigned)
(?:ticket|case|request|incident|call) .{0,40}(?:received|created|opened|registered|logged|acknowledg)
\\[(?:ticket|case|request|incident|vorgang|sr|inc|req|support)[ #:-]*[\\w-]*\\d[\\w-]*\\]
eingangsbestätigung|empfangsbestätigung|ihre (?:anfrage|nachricht|e-?mail|meldung) .{0,80}(?:erfasst|eingegangen|erhalten|registriert)
(?:vorgang|ticket)(?:snummer|s-nr|-nr)?[ .:#-]*[\\w-]*\\d
accusé de réception|votre (?:demande|message|courriel|ticket) .{0,60}(?:reçu|enregistré|créé|pris)
(?:acuse|confirmación) de (?:recibo|recepción)|su (?:solicitud|mensaje|consulta|ticket) .{0,60}(?:recibid|registrad|cread)
(?:conferma|avviso) di (?:ricezione|ricevimento)|la (?:sua|tua|vostra) (?:richiesta|segnalazione) .{0,60}(?:ricevut|registrat|apert)
confirmação de (?:recebimento|receção)|(?:sua|a sua) (?:solicitação|mensagem|pedido) .{0,60}(?:recebid|registad|registrad|criad)
ontvangstbevestiging|uw (?:aanvraag|bericht|melding|verzoek) .{0,60}(?:ontvangen|geregistreerd|aangemaakt)
mottagningsbekräftelse|kvittering for|ditt ärende .{0,40}(?:mottaget|registrerat|skapat)
potwierdzenie (?:otrzymania|przyjęcia)|(?:twoje|państwa) zgłoszenie .{0,60}(?:przyjęt|zarejestrowan|utworzon)
(?:ваш\\w*|заявк\\w*|обращени\\w*) .{0,60}(?:получен|зарегистрирован|создан|принят)
(?:您的|我们已).{0,20}(?:收到|受理|登记|创建)
(?:受付|受領|お問い合わせ).{0,20}(?:完了|いたしました|ありがとう)
(?:접수|등록)되었습니다
"""

WISHES = """
\\b(?:please|could you|can you|kindly) (?:\\w+ )?(?:add|introduce|extend|support|provide)\\b|\\b(?:change|feature|enhancement) request\\b|\\bwish(?:es|list)?\\b
\\b(?:we|i)(?: would|'d) (?:like|love|prefer|need)\\b|\\bit would (?:be (?:nice|great|good|helpful|useful)|help)\\b|\\bsuggest(?:ion)?\\b
änderungswunsch|\\bwünsch|wäre (?:es )?(?:schön|hilfreich|gut)|bitte (?:\\w+ ){0,6}(?:ergänzen|hinzufügen|einführen|erweitern)
serait-il possible|\\bil serait (?:utile|bien)|nous aimerions|pourriez-vous ajouter|merci d'ajouter|souhait|sería (?:útil|bueno)|nos gustaría|podrían añadir|solicitud de cambio
sarebbe (?:utile|bello)|vorremmo|seria (?:útil|bom)|gostaríamos|graag (?:\\w+ ){0,6}toevoegen|просим добавить|хотелось бы|предлагаем|希望(?:增加|添加|能)|建议(?:增加|添加)|要望|追加(?:して|を)
"""

DELIVERY_FAILED = """
(?:mail )?delivery (?:status notification|failure|failed|problem|has failed|delayed)|undeliver(?:able|ed)|returned mail|failure notice|mail system error|message not delivered|could not be delivered
unzustellbar|zustellung fehlgeschlagen|nicht zustellbar|échec de (?:la )?remise|non remis|no se (?:puede|pudo) entregar|mancata consegna|recapito non riuscito
não (?:entregue|foi possível entregar)|niet bezorgd|onbestelbaar|kunde inte levereras|nie dostarczono|nedoručiteln|недоставлен|не (?:удалось )?доставлен|无法(?:送达|投递)|退信|配信(?:不能|できません)|반송
"""

INVITATION_ANSWERS = """
accepted|declined|tentative(?:ly accepted)?|new time proposed
zugesagt|angenommen|abgelehnt|abgesagt|mit vorbehalt(?: zugesagt)?|vorläufig
accepté|refusé|décliné|provisoire|aceptad[oa]|aceptada|rechazad[oa]|provisional|accettato|rifiutato|provvisorio
aceite|aceito|recusado|provisório|geaccepteerd|geweigerd|afgewezen|voorlopig|accepterat|avböjt|preliminärt|accepteret|afvist
zaakceptowano|odrzucono|wstępnie|принято|отклонено|под вопросом|已接受|接受|已谢绝|拒绝|暂定|承諾|辞退|仮承諾|수락|거절|미정
"""

INVITATION_WAS_ANSWERED = """
\\bhas (?:tentatively )?(?:accepted|declined|proposed)|\\bhave (?:accepted|declined)|\\bhat\\b.{0,60}\\b(?:zugesagt|abgesagt|angenommen|abgelehnt)
\\ba (?:provisoirement )?(?:accepté|refusé|décliné)|\\bha (?:aceptado|rechazado|accettato|rifiutato)|\\b(?:aceitou|recusou)\\b
\\bheeft\\b.{0,60}\\b(?:geaccepteerd|geweigerd|afgewezen)|\\bhar (?:accepterat|tackat|accepteret|afvist)
принял|отклонил|已接受|已拒绝|接受了|拒绝了|承諾しました|辞退しました|수락했습니다|거절했습니다
(?:when|wann|quand|cuándo|quando|wanneer|où|where)\\s*[:\uff1a]|\\*~\\*~\\*
"""
"""What calendars write into an answer by themselves."""

READ_RECEIPTS = """
read|not read|deleted|gelesen|nicht gelesen|gelöscht|lu|non lu|leído|no leído|letto|non letto|lido|não lido|gelezen|läst|lest
przeczytano|прочитано|прочтено|已读|開封済み|開封確認|읽음
"""
WAS_READ = """
your message\\b[^?]{0,400}\\bwas (?:read|displayed|opened|deleted)\\b|this is a (?:return|read) receipt
ihre nachricht\\b[^?]{0,400}\\b(?:gelesen|angezeigt|geöffnet|gelöscht)\\b|(?:dies ist eine |die )?lesebestätigung
(?:votre|le) message\\b[^?]{0,400}\\ba été (?:lu|affiché|ouvert|supprimé)|(?:ceci est un )?accusé de lecture
(?:su|el) mensaje\\b[^?]{0,400}\\b(?:se leyó|fue leído|ha sido leído|se eliminó|se ha leído)|confirmación de lectura
(?:il )?(?:tuo |suo )?messaggio\\b[^?]{0,400}\\bè stato (?:letto|visualizzato|aperto|eliminato)|conferma di lettura
(?:a )?(?:sua )?mensagem\\b[^?]{0,400}\\bfoi (?:lida|aberta|exibida|eliminada|excluída)|uw bericht\\b[^?]{0,400}\\bis (?:gelezen|geopend|verwijderd)|leesbevestiging
(?:ditt|dit) meddelande?\\b[^?]{0,400}\\b(?:lästes|läst|læst)\\b|(?:twoja )?wiadomość\\b[^?]{0,400}\\bprzeczytan|(?:ваше )?сообщение[^?]{0,400}прочитано|(?:您的?)?(?:邮件|郵件)[^?？]{0,200}(?:已阅读|已读|已讀|阅读于)|.{0,200}開封されました
"""
"""How receipts for reading begin, where only their text is left."""

DISCLAIMERS = """
(?:this|the (?:information|contents?) (?:in|of|contained in) this) (?:e-?mail|message|communication|transmission),?(?: ?\\(?(?:and|including|together with) .{1,80}?)? (?:is|are|may|contains?|was sent|has been)\\b[\\s\\S]{0,300}?\\b(?:confidential|privileged|intended (?:only |solely )?for|intended recipients?)
(?:legal |e-?mail )?disclaimer:?[ \\t]*\\n|confidentiality (?:notice|note|statement)[ \\t]*[:\\n-]
if you are not the (?:intended|named)
(?:diese|die in dieser) (?:e-?mail|nachricht|mail)(?: (?:und|sowie|inklusive|einschließlich) .{1,80}?)? (?:kann|können|könnte|enthält|enthalten\\w*|ist|sind)\\b[\\s\\S]{0,300}?\\b(?:vertraulich|ausschließlich für|nicht der (?:richtige|beabsichtigte))
(?:ce|le présent) (?:message|courriel|mail|e-?mail)(?: (?:et|ainsi que) .{1,80}?)? (?:est|sont|peut|peuvent|contient|contiennent|s['’]adresse)[\\s\\S]{0,300}?\\bconfidentiel
(?:este|el presente) (?:mensaje|correo)(?: (?:electrónico )?(?:y|así como) .{1,80}?)? (?:es|son|puede|pueden|contiene|va)\\b[\\s\\S]{0,300}?\\bconfidencial|(?:esta|a presente) mensagem(?: e .{1,80}?)? (?:é|são|pode|podem|contém)[\\s\\S]{0,300}?\\bconfidencia|aviso (?:legal|de confidencialidad)[ \\t]*[:\\n]
(?:questo|il presente|questa|la presente) (?:messaggio|e-?mail|mail|comunicazione)(?: e .{1,80}?)? (?:è|sono|può|possono|contiene|contengono)[\\s\\S]{0,300}?\\briservat|dit (?:e-?mail)?bericht(?: en .{1,80}?)? (?:is|zijn|kan|bevat)\\b[\\s\\S]{0,300}?\\b(?:vertrouwelijk|uitsluitend)
(?:本|此)(?:电子)?(?:邮件|郵件)[\\s\\S]{0,200}?(?:机密|保密|機密)|(?:この|本)メール[\\s\\S]{0,200}?(?:機密|秘密)
"""
"""How the paragraphs begin that companies put below each mail."""

NOTICE_WORDS = """
(?:confidentiality|legal|privacy) notice|disclaimer|and any (?:attach|file)|confidential|privileged|intended (?:only|solely|exclusively)? ?for|intended recipient|addressee|in error|notify|delete|destroy|disclos|disseminat|distribut|unauthori[sz]ed|prohibited|copying|liab|virus
(?:und|sowie) (?:alle |etwaige )?anhänge|vertraulich|ausschließlich|empfänger|adressat|irrtümlich|informieren|benachrichtigen|lösch|vernicht|unbefugt|weitergabe|kopieren|\\bhaft|nicht gestattet|rechtlich geschützt
confidentiel|destinataire|par erreur|avertir|détrui|supprim|diffusion|interdit|exclusivement|responsab
confidencia|destinat[aá]ri|por error|por engano|notifi|elimin|borr|apag|divulga|prohibi|proibi|exclusiv
riservat|destinatari|per errore|avvis|cancell|divulgazione|vietat|vertrouwelijk|uitsluitend|geadresseerde|ontvanger|ten onrechte|verwijder|verspreid|verboden
附件|添付|仅供|僅供|机密|機密|保密|秘密|收件人|删除|刪除|误收|誤|通知|受信者|宛先|削除|破棄
"""
"""Words of such a paragraph; it holds several of them."""
FEWEST_NOTICE_WORDS = 4
"""Different words of these: a person who writes about a confidential message uses fewer."""

BEFORE_PRINTING = """
(?:please )?(?:consider|think of) the environment before (?:printing|you print)[^.!?\\n]{0,60}
(?:please )?(?:do not|don['’]?t) print this e-?mail[^.!?\\n]{0,60}(?:[.!] ?(?:please )?(?:save|consider|think)[^.!?\\n]{0,60})?
bitte denken sie an die umwelt, bevor sie diese[^.!?\\n]{0,60}|pensez à l['’]environnement avant d['’]imprimer[^.!?\\n]{0,60}
antes de imprimir (?:este|esta)[^.!?\\n]{0,30}, (?:piense|pense)[^.!?\\n]{0,60}|denk aan het milieu voordat u[^.!?\\n]{0,60}
"""
"""The whole of a paragraph by which companies ask not to print a mail."""

CLOSINGS = """
(?:(?:with )?(?:kind|best|warm|warmest|many|friendly) )?(?:regards|wishes)|yours(?: (?:sincerely|faithfully|truly))?|sincerely(?: yours)?|cheers|br|rgds|all the best|many thanks|thanks(?: and (?:kind |best )?regards)?|thank you(?: and (?:kind |best )?regards)?
(?:mit )?(?:freundliche[mn]?|besten?|herzliche[mn]?|liebe[mn]?|schöne[mn]?|viele[mn]?) (?:gr(?:u|ü)(?:ß|ss)(?:e|en)?)(?: aus .{1,30})?|mfg|vg|lg|gru(?:ß|ss)|hochachtungsvoll
(?:bien )?cordialement|(?:bien )?à vous|salutations(?: distinguées)?|meilleures salutations|sincères salutations|bonne (?:journée|soirée|réception)
(?:un )?(?:cordial(?:es)?|atentos?) saludos?|saludos(?: cordiales)?|un saludo|atentamente|(?:cordiali|distinti) saluti|saluti|cordialmente
atenciosamente|(?:com os )?(?:melhores )?cumprimentos|abraço|(?:met )?vriendelijke groet(?:en)?|groet(?:en)?|(?:med )?(?:vänliga|venlig|vennlig|bästa) (?:hälsningar|hilsen)|mvh|ystävällisin terveisin
z poważaniem|pozdrawiam|s pozdravem|üdvözlettel|saygılarımla|с уважением|此致|顺祝商祺|敬具|よろしくお願いいたします|감사합니다
"""
"""The last words before a name."""

CHINESE_THANKS = frozenset(
    "".join(parts)
    for parts in product(
        ("", "非常", "十分", "很"),
        ("谢谢", "謝謝", "感谢", "感謝", "多谢", "多謝"),
        ("", "您", "你", "你们", "您们", "大家", "各位"),
        ("", "的帮助", "的幫助", "的帮忙", "的幫忙", "的协助", "的協助", "的支持", "的回复", "的回覆"),
    )
)
"""Chinese writes no spaces, so that thanks are one word."""
THANKS = CHINESE_THANKS | frozenset(
    "thanks thank thx danke dankeschön dank vielen besten herzlichen merci remercie remercions gracias agradezco grazie ringrazio obrigado"
    " obrigada bedankt dankjewel dankuwel tack takk tak kiitos dziękuję dziękujemy dzięki děkuji díky köszönöm teşekkürler"
    " teşekkür ευχαριστώ mulțumesc hvala спасибо благодарю благодарим 谢谢 多谢 感谢 非常感谢 十分感谢 谢谢您 谢谢你 谢谢你们"
    " 謝謝 多謝 感謝 非常感謝 謝謝您 どうもありがとうございました どうもありがとうございます 助かりました 고맙습니다 감사드립니다 ありがとう ありがとうございます ありがとうございました 감사합니다".split()
)
GLAD = frozenset("👍👌🙏🙌👏🤝💪❤💙💚🎉🥳😀😁😃😄😊🙂🤗😍🥰☺✅✔💯")
"""Signs that are thanks by themselves."""
COURTESY = frozenset(
    "you so much very many that did the trick works now perfectly great all "
    "für die das der den schnelle hilfe unterstützung lösung antwort super prima perfekt toll gut klappt funktioniert jetzt"
    " hat hats alles bestens bestes klasse tolle prompte rasche nochmal nochmals so geklappt geht wieder es und grüße grüßen gruß mit freundlichen freundlichem freundliche beste bester viele liebe lieben schöne schönen mfg vg lg sehr ihnen euch hallo guten tag"
    " beaucoup pour votre l c aide rapide rapidité réponse ça cela fonctionne marche maintenant tout est parfait super bien"
    " infiniment encore nickel impeccable cordialement bien sincèrement salutations meilleures bonne soirée journée bonjour à vous très et la le de"
    " muchas muchísimas por su tu ayuda rápida respuesta funciona ya ahora todo perfecto bien genial estupendo amable saludos cordiales un saludo hola"
    " mille tante molte per il suo vostro aiuto rapido funziona ora tutto perfetto bene ok gentile gentilissimi risolto cordiali distinti saluti buona giornata ciao"
    " muito muita pela ajuda rápida agora está tudo certo resolvido ótimo atenciosamente abraço cumprimentos bom dia olá"
    " hartelijk u je wel jullie voor uw de snelle hulp werkt nu weer alles goed top prima fijn opgelost groet groeten met vriendelijke dag"
    " så tusen tusind hjertelig mycket mye mange för for hjälpen mvh hjelpen hjælpen nu fungerer fungerar virker det med vänliga hälsningar hilsen"
    " paljon avusta nyt toimii bardzo za pomoc szybką działa teraz wszystko pozdrawiam za pomoc rychlou funguje teď vše"
    " большое за помощь быструю всё все работает теперь отлично с уважением вам"
    " 好的 已解决 问题解决了 问题已解决 问题已经解决 问题已经解决了 都解决了 现在可以了 现在好了 已经可以了 搞定了 已经解决了 已经好了 可以了 没问题了 您的帮助 您的支持 已解決 大変 お世話になっております よろしくお願いいたします".split()
)
