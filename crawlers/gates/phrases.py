"""What gates say, in ten languages and more, spelt as `face.folded` spells it: small letters, no accents."""

import re

from crawlers.gates.face import folded
from crawlers.profile import Gate


def _any(*expressions: str) -> re.Pattern[str]:
    return re.compile("|".join(folded(each) for each in expressions))


SITE = r"(hidden |onion |tor |dark ?(web|net) )*(site|service|web ?site|domain( name)?|page|market ?(place)?|platform|forum|server|shop|address|infrastructure|resource)s?"

CERTAIN = {
    Gate.LOGIN: _any(
        r"(must|need to|have to|required to) (be logged in|be signed in|log ?in|sign ?in|authenticate)",
        r"please (log|sign) ?-?in|(log|sign) ?-?in (to|in order to) (continue|go on|proceed|access|view|enter|see|your account)|login (is )?required|members only|registered (users|members) only",
        r"begin pgp message|sign (this|the) (\w+ )?(text|message|challenge|string)|second factor|one[- ]time (code|password|token)|not (signed|logged) in|sign ?in to your|(enter|type) your (password|pass ?phrase|pin|access code)|(private|closed) (market|community|area)|authori[sz]ation required|authentication required|log me in|session (has |is )?(expired|timed out)|(log|sign) ?in again|invite[- ]only|access key|not (currently )?logged in|enter your (credentials|username and password)",
        r"(invited|registered|existing) (\w+ )?only|\baccess (code|token)\b|member(ship)? (key|code)|(create|make|register|open|activate) (a |an |your |new )+(\w+ )?account|(repeat|confirm|retype) (your |the )?(password|pass ?phrase)|already (registered|have an account|a member)|no account( yet)?|two[- ]?factor|\b2-?fa\b|decrypt (the|this) (following )?(pgp )?(message|text|block|challenge)|pgp[- ](authentication|verification|login|challenge)|mnemonic|(login|secret|recovery) phrase|pin code to (continue|log)",
        r"bitte (melde|melden|logge|loggen|anmelden|einloggen)|(anmeldung|login) (ist )?erforderlich|zwei-?faktor|anmelden,? um|einloggen,? um",
        r"(veuillez|vous devez) (vous )?(connecter|identifier|etre connecte)|connectez-vous|connexion (requise|obligatoire)|deux facteurs|double authentification",
        r"(debes?|debe|tienes que|necesitas?) (iniciar sesion|conectarte|identificarte|acceder)|inici[ae] sesion|por favor,? (inicie|inicia|ingresa)|dos factores",
        r"войдите|необходимо (войти|авториз\w+)|требуется (вход|авторизация)|авторизуйтесь|двухфактор\w+|расшифруйте",
        r"faca (o )?login|(precisa|deve) (fazer login|entrar|iniciar sessao)|inicie (a )?sessao|dois fatores|entre na sua conta",
        r"effettua (il )?(login|l'accesso|accesso)|accedi (per|al)|devi (accedere|effettuare)|due fattori",
        r"(log|meld) (je |u )?(eerst )?(in|aan) om|(je|u) moet (\w+ )?(ingelogd|inloggen|aanmelden)|gelieve (in te loggen|aan te melden)|twee-?(factor|staps)\w*",
        r"(musisz|nalezy) sie zalogowac|zaloguj sie(,)? aby|prosze sie zalogowac|dwuskladnikow\w+|wymagane logowanie",
        r"(lutfen )?(giris yapin|giris yapiniz|oturum acin|oturum aciniz)|giris yapmalisin\w*|oturum acmaniz|iki (faktorlu|asamali)",
        r"(du (maste|ma|skal) (vara inloggad|logga in|logge (inn|ind|pa)))|logga in|log ind|logg inn|kirjaudu( sisaan)?|prihlas(te|it|eni)\w*|musite se prihlasit|увійдіть|autentific\w+|conecteaza-te|jelentkez\w+ be|bejelentkez\w+|συνδεθ\w+|请(先)?登录|登录|ログイン|로그인|تسجيل الدخول",
    ),
    Gate.CAPTCHA: _any(
        r"\b(captcha|challenge|puzzle|riddle) (below|to (continue|proceed|enter|access|go))|(slow down|too fast)[^.]{0,40}(human|captcha)|i am (human|not a)|real person|(which|how many) (of these|\w+) (is|are|do you see|can you see|picture|image)|spell the word|(letters|characters|digits|numbers) (in|from|of) the (image|picture)|not automated|exclude bots|keep (out )?bots|bots out|are you (a )?(human|robot|real)|(prove|confirm|verify|show) (us )?(that )?(you are|you're|your|ur) (a |an? |not (a )?)?(human\w*|robot|bot|real|person)|not a (robot|bot)|human (verification|check|test)|(bot|robot) (check|test|verification)|anti-?bot",
        r"security (check|verification|challenge)|(solve|complete|pass|enter|fill in|answer) (the|this|our|a) (\w+ ){0,2}(captcha|challenge|puzzle|riddle)|captcha (is )?(required|verification|check|challenge|code)",
        r"(type|enter|write|copy|input|retype) (in )?(the )?(\w+ )?(characters?|letters?|digits?|symbols?|numbers?|code|text|word) (\w+ ){0,4}(image|picture|below|above|shown|see|box)|what (characters|letters|code) do you see",
        r"(select|click|choose|pick|mark|tap) (on )?(all|every|each|only|the) (\w+ ){0,4}(images?|pictures?|squares?|tiles?|circles?|shapes?|icons?|images? (with|contain\w*)|open|incomplete|broken)",
        r"(time|hour) (does|do|is|on|shown|displayed|in) (\w+ ){0,3}clock|clock (shows?|face|captcha)|set the (clock|time|hands)|(rotate|turn|drag|slide|move) (the )?(\w+ ){0,3}(image|picture|slider|piece|arrow|upright|until)|upright",
        r"(what is|solve|calculate|how much is|result of|answer)\s*:?\s*(\d+|one|two|three|four|five|six|seven|eight|nine|ten)\s*(\+|-|x|\*|×|plus|minus|times)\s*(\d+|\w+)|^\s*\d+\s*[+×x*-]\s*\d+\s*=|\d+\s*[+×*x-]\s*\d+\s*=|sum of|simple (sum|math|arithmetic)",
        r"enter (the )?(characters?|letters?|digits?) \d|(on the|you are on the) (real|right|genuine) (site|mirror|address)|(missing|highlighted|masked|marked|hidden|red) (characters?|letters?|digits?|part)|anti[- ]?phishing|(verify|check|complete|confirm) (the|this|our) (onion |mirror )?(url|address|link|domain)",
        r"(ich bin|bist du|sind sie) (kein|ein) (roboter|mensch)\w*|sicherheits(abfrage|prufung|code|frage)|(zeichen|buchstaben|ziffern|code|zahlen) (\w+ ){0,4}(ein(geben)?|bild|ab)\b|(losen|lose|beantworten) sie|ratsel|wie viele|was ist \d|bestatige\w*,? dass (du|sie) (ein|kein)",
        r"(je ne suis pas|etes-vous|n'etes pas|vous etes) (un |pas un )?(robot|humain)|(recopiez|saisissez|entrez|tapez) (le|les|ce) (\w+ ){0,2}(code|caracteres|lettres|chiffres|texte)|(selectionnez|cliquez sur|choisissez) (toutes|tous|les|l)|combien font|resolvez|prouve\w* que|verification de securite|controle de securite",
        r"(no soy|eres|no eres|no es|es usted|eres un) (un )?(robot|humano)|(introduce|escrib[ae]|ingres[ae]|teclee) (el|los|las) (\w+ )?(codigo|caracteres|letras|texto|numeros)|(seleccione|selecciona|elige|haga clic en) (todas|todos|las|los|el|la)|cuanto es|resuelv[ae]|demostrar que|demuestra que|verificacion (de seguridad|humana)|control de seguridad",
        r"(я не|вы не|что вы не) (робот|бот)|вы (робот|человек)|подтвердите,? что вы|введите (\w+ ){0,3}(символ\w+|код|текст|букв\w+|цифр\w+)|(выберите|отметьте) все|сколько будет|решите|докажите|провер\w+ безопасности|капч[аеуи]|защита от (ботов|роботов)",
        r"(nao sou|voce e|nao e) (um )?(robo|humano)|(digite|insira|escreva) (o|os|as) (\w+ )?(codigo|caracteres|letras|texto|numeros)|(selecione|clique em|escolha) (todas|todos|as|os|a|o)|quanto e|resolva|prov[ae]r? que|verificacao de seguranca|verificacao humana",
        r"(non sono|non sei|sei) (un )?(robot|umano)|(inserisci|digita|scrivi|copia) (il|i|le) (\w+ )?(codice|caratteri|lettere|testo|numeri)|(seleziona|clicca su|scegli) (tutte|tutti|le|il|la)|quanto fa|risolvi|dimostra di|(verifica|controllo) di sicurezza|verifica umana",
        r"(ik ben|ben je|bent u) (geen|een) (robot|mens)|(typ|voer|vul) (de|het) (\w+ )?(code|tekens|letters|tekst|cijfers)|(selecteer|klik op|kies) (alle|de|het)|hoeveel is|los (de|het) (puzzel|som)|bewijs dat|(neem|typ) de letters|(veiligheids|beveiligings)(controle|check|code|vraag)",
        r"(nie jestem|jestes|czy jestes|nie jestes) (robotem|czlowiekiem)|(przepisz|wpisz|podaj) (\w+ )?(kod|znaki|litery|tekst|cyfry)|(wybierz|zaznacz|kliknij) (wszystkie|obraz\w+)|ile (to )?jest|rozwiaz|udowodnij|potwierdz,? ze|weryfikacja|kod z obrazka",
        r"robot (degilim|olmadig\w+|musun\w*)|insan (oldug\w+|misin\w*|dogrulama\w*)|(resimdeki|gorseldeki|asagidaki|yukaridaki) (\w+ )?(kod\w*|karakter\w*|harf\w*|metn\w*|sayi\w*)|(tum|butun) (resim|gorsel)\w*|isleminin sonucu|islemin sonucu|kac eder|robot musun|guvenlik (kontrolu|kodu|dogrulamasi|sorusu)",
        r"验证码|人机验证|私はロボット",
        r"(skriv|ange|indtast|tast) (av )?(texten|koden|tecknen|bokstaverna|tegnene|teksten)|(jag|jeg) (ar|er) (inte|ikke) (en )?robot|(opis|zadej)te (kod|text|znaky)|nejsem robot|en ole robotti|kirjoita (kuvan|merkit)|введіть (код|символи)|я не робот|nu sunt (un )?robot|introduceti codul|nem vagyok robot|请输入|我不是机器人|画像の文字|로봇이 아닙니다|لست روبوت",
    ),
    Gate.QUEUE: _any(
        r"(you are|you're|you have been|you've been|you were) (now |currently )?(placed |waiting |put |number \d+ )?(in|on) (the |a |our )?(\w+ )?(queue|line|wait(ing)?[ -]?(room|list))",
        r"(position|place|spot|number|rank) in (the |our |this )?(\w+ )?(queue|line)|queue (position|number|status|place|length)|(people|users|visitors|persons|customers|others) (are |waiting )*(ahead|in front|before)( of)? you|(placed|waiting) in (the |a )?(queue|line)",
        r"wait(ing)? in line|in line (to|behind)|(until|before) you (are|get) (admitted|in\b|let in)|you will enter when|(users|visitors|people) waiting|(du bist|sie sind) (nummer|nr|platz)|bis zum einlass|now serving|your ticket|people before you|in front of you|(let|admit) (you )?in (as soon|when|shortly)|(slots?|places|seats) (are|is) (taken|full|free)|(market|site|server) is (currently |now )?(full|at capacity|busy)|(high|heavy) (load|traffic|demand)|(visitors|users|people) (are )?(waiting|before)|your (number|ticket) is|next in line|line up|hold the line|queued?\b[^.]{0,20}\d|estimated (wait|waiting|queue)|(wait|waiting|queue) time( is|:)|(expected|approximate|remaining) wait|waiting[ -]?room|access queue|queue\s*[:#]?\s*\d+|awaiting forwarding|wait(ing)? (for )?your turn|it('s| is) (almost )?your turn|your (place|position|number|turn)[^\w]+(\w+[^\w]+)?#?\d+",
        r"vor (ihnen|dir)\b|reihe sind sie|(sie sind|du bist) in der (schlange|reihe)|warteschlange|wartezimmer|warteraum|(geschatzte|voraussichtliche) wartezeit|personen vor (ihnen|dir)|(ihre|deine) (position|platz\w*|nummer)",
        r"file d'attente|salle d'attente|temps d'attente|votre (position|place|tour)|personnes devant vous",
        r"cola de espera|en (la )?cola|lista de espera|sala de espera|tiempo (estimado )?de espera|(su|tu) (posicion|turno|lugar)|personas delante",
        r"(в|вы в) очереди|очередь|ваше место|ваша позиция|зал\w* ожидания|время ожидания|перед вами",
        r"fila de espera|na fila|sala de espera|tempo (estimado )?de espera|(sua|a sua) (posicao|vez)|pessoas (a|na) sua frente",
        r"(sei |siete )?in coda|coda d'attesa|sala d'attesa|lista d'attesa|tempo (stimato )?(di|d') ?attesa|(la tua|il tuo) (posizione|turno|posto)|persone davanti",
        r"wachtrij|wachtkamer|in de rij|(geschatte )?wachttijd|(uw|jouw|je) (positie|plaats|plek|beurt)|wachtenden voor",
        r"kolejce|kolejka|kolejki|poczekaln\w+|(szacowany )?czas oczekiwania|(twoja|twoje) (pozycja|miejsce|kolej)|osob przed toba",
        r"sirada|siraniz|sira numara\w*|kuyruk\w*|kuyruga|bekleme (odasi|sirasi|suresi|salonu)|tahmini bekleme|onunuzde \d+",
        r"排队|队列",
        r"i kon\b|plats i kon|du (ar|er) nummer|(du star|du er) i ko|vantrum|vente(rom|vaerelse)|ko(plass|nummer)|cekarn\w+|ve fronte|poradi|jonossa|jonotu\w+|odotus(huone|aika)|у черзі|черга|sala de asteptare|in (randul|coada)|varolista|varoszoba|sorban (all|van)|ουρα|前面还有|等候|待ち(行列|時間)|順番|대기열|대기",
    ),
    Gate.DDOS_WAIT: _any(
        r"d-?dos|anti-?flood|flood protection|against (floods|attacks|ddos)|(request|connection|browser|session) is being|secure connection|not attacking|flood shield|(your|the) (visit|session) (continues|starts)|stay on this page|(continue|reload|refresh|open)s? (in|by itself|on its own|automatically|itself)|(connection|browser) (check|test)|verifying|preparing your|hold tight|under (a )?(heavy )?(\w+ )?attack|attack (mitigation|protection)|bot protection",
        r"(checking|verifying|validating|testing|inspecting|analy[sz]ing) (if |that )?(your|the|you) (\w+ )?(browser|connection|request|circuit|client|is secure|are)|just a moment|checking (the )?site connection|browser (check|verification|integrity)",
        r"(this|the) (process|check|page|procedure) (is automatic|happens|will (take|refresh|reload|redirect))|(will|are) be(ing)? (automatically )?(redirected|forwarded|taken|let in|sent|admitted) (automatically|shortly|soon|in|to|once|after|when)|(redirecting|forwarding|entering|loading)( you)?( to the \w+)?( in \d+|\.\.\.|…)|(do not|don't) (refresh|reload|close|leave)|wait \d+ seconds|please (wait|stand by|hold on)|hold on|one moment",
        r"bitte warten|(browser|verbindung|anfrage) wird (\w+ )?(gepruft|uberpruft)|einen moment|automatisch weitergeleitet|(nicht|keinesfalls) (neu laden|aktualisieren|schliessen)|schutz vor (ddos|angriffen)",
        r"(veuillez|merci de) patienter|verification de (votre|la) (navigateur|connexion)|serez (automatiquement )?redirige|un (instant|moment)|(ne pas|n')(\w* )?(actualise|recharge|ferme)\w*|protection contre les attaques",
        r"(espere|espera|aguarde)( por favor| un momento| unos)|comprobando (su|tu|el) (navegador|conexion)|sera redirigid\w|seras redirigid\w|redirig\w+ automaticamente|no (actualice|actualices|recargue|cierre)|un momento|proteccion contra",
        r"подождите|провер\w+ (вашего |ваш )?(браузер\w*|соединен\w+)|(будете|вас) (автоматически )?перенаправ\w+|не (обновляйте|закрывайте|перезагружайте)|защита от (атак|ddos)|одну минуту|секундочку",
        r"aguarde|verificando (seu|o|a sua) (navegador|conexao|ligacao)|sera redirecionad\w|redirecionad\w automaticamente|nao (atualize|recarregue|feche)|um momento|protecao contra",
        r"attend(i|ere|ete)|verifica (del|della|dei) (\w+ )?(browser|connessione)|(stiamo )?(controllando|verificando) (il|la|che)|sar(ai|ete|a) (reindirizzat\w|inoltrat\w)|non (aggiornare|ricaricare|chiudere)|un (attimo|momento)|protezione (da|contro)",
        r"even geduld|een ogenblik|moment geduld|(browser|verbinding) wordt (ge)?controleerd|(we|wij) controleren|doorgestuurd|(niet|pagina niet) (vernieuwen|verversen|sluiten)|bescherming tegen",
        r"prosze czekac|(sprawdzanie|sprawdzamy|weryfikacja) (\w+ )?(przegladark\w+|polaczeni\w+)|zostaniesz przekierowan\w|nie (odswiezaj|zamykaj)|chwileczk\w|chwile|ochrona przed",
        r"lutfen bekleyin\w*|(tarayici\w*|baglanti\w*) (kontrol|dogrulan)\w*|yonlendiril\w+|(sayfayi )?(yenilemeyin|kapatmayin)|bir (saniye|dakika)|saldiri\w* koru\w*",
        r"请稍候|正在检查",
        r"(vanligen|vennligst|vent venligst|var god)( \w+)? ?(vanta|vent)?|ett ogonblick|et ojeblikk?|kontrollerar din|cekejte|prosim cekejte|kontrola (prohlizece|pripojeni)|odota (hetki|hetken)|hetkinen|tarkistetaan|зачекайте|перевірка (браузера|з'єднання)|va rugam asteptati|asteptati|kerjuk,? varjon|περιμενετε|请稍(等|候)|お待ちください|잠시만|انتظر",
    ),
    Gate.SEIZED: _any(
        rf"\b(this|the|these|our) {SITE} ([^\s]+ ){{0,6}}?(has|have|is|was|were) (now )?(been )?(\w+ly )?(seized|confiscated|taken (down|over|offline) by|shut ?down by|under (the )?control)",
        rf"{SITE} ([^\s]+ )?seized|seized (by (?!customs|the customs|cbp|the market|us\b)|pursuant|under|as part|in accordance)|(seized|control) by (the )?(\w+ ){{0,3}}(fbi|police|europol|law enforcement|authorities|bka|interpol|hsi|department|federal)|(administrators?|operators?|owners?|admins?) (\w+ ){0, 3}arrested|hands of the (police|authorities)|took over this|taken over by|(police|europol|fbi|authorities|law enforcement) (\w+ ){0, 4}(took|taken|seized|closed|dismantled|have) (\w+ ){0, 3}(over|this|control|down)|under (the )?control of|by order of the court|this (\w+ )?(is|has come) (now )?under|seizure (notice|banner|warrant)|(have|has) taken (full )?control|(law enforcement|police|fbi|authorities) (now )?controls?|law enforcement (has|have) (seized|taken|shut)",
        r"(?<!\bno )servers? (were |have been |are )?(confiscated|seized|secured)|(authorities|police|investigators|law enforcement|agents) (\w+ ){0,4}(secured|seized|confiscated|located|identified|hold) (\w+ ){0,3}(infrastructure|servers?|data ?(base)?s?|platform|user)|(took|taken) down the infrastructure|we have (all )?your data|(your|user) (data|activity|orders|messages) (\w+ ){0,3}(is|are|has been|have been) (being )?(secured|analy[sz]ed|captured|in our hands|with the police)",
        r"(plattform|seite|webseite|website|dienst|markt\w*|marktplatz|server|domain|infrastruktur)\b([^\w]+\w+){0,14}[^\w]+(beschlagnahmt|sichergestellt|abgeschaltet)",
        r"(ce|cette|le|la) (site|service|page|domaine|plateforme|marche|boutique)\b([^\w]+\w+){0,6}[^\w]+(saisi|saisie|confisque\w*|ferme\w* par|demantele\w*)\b",
        r"\b(este |esta |el |la |)(sitio|servicio|pagina|dominio|plataforma|mercado|web|tienda)\b([^\w]+\w+){0,6}[^\w]+(incautad\w|intervenid\w|confiscad\w|clausurad\w|decomisad\w)",
        r"(сайт|ресурс|сервис|домен|площадк\w+|платформ\w+|контент|форум|рынок|магазин|сервер\w*)\b([^\w]+\w+){0,6}[^\w]+(изъят\w*|конфискован\w*|арестован\w*|захвачен\w*|закрыт\w* ([^\s]+ ){0,4}?(полици|правоохран|фсб|мвд)\w*)",
        r"\b(este |esta |o |a |)(site|servico|pagina|dominio|plataforma|mercado|loja)\b([^\w]+\w+){0,6}[^\w]+(apreendid\w|confiscad\w|encerrad\w (pela|por))",
        r"(questo |questa |il |la |)\b(sito|servizio|pagina|dominio|piattaforma|mercato)\b([^\w]+\w+){0,6}[^\w]+(sequestrat\w|sequestro|confiscat\w|oscurat\w)",
        r"(deze|dit|de|het) (\w+ )?(site|website|dienst|pagina|domein|platform|markt\w*|server)\b([^\w]+\w+){0,8}[^\w]+(in beslag|overgenomen|offline gehaald door)",
        r"(ta|ten|te|strona|serwis|domena|witryna|platforma|rynek|usluga)\b([^\w]+\w+){0,6}[^\w]+(przejet\w|zajet\w|skonfiskowan\w|zabezpieczon\w)",
        r"(bu|site\w*|hizmet|alan adi|platform|pazar\w*)\b([^\w]+\w+){0,8}[^\w]+(el kon\w+|el konul\w+|ele geciril\w+|kapatil\w+ (polis|emniyet))|el konuldu|el konulmustur",
        r"查封",
        r"(webbplats\w*|sidan|siden|nettsted\w*|hjemmeside\w*|server\w*)\b([^\w]+\w+){0,6}[^\w]+(beslagta\w+|tagits i beslag|konfisk\w+)|beslaglagt|beslagtagits|takavarik\w+|(stranka|web|server|domena)\b([^\w]+\w+){0,6}[^\w]+(zabaven\w*|zajisten\w*)|(сайт|ресурс|сервер\w*)\b([^\w]+\w+){0,6}[^\w]+вилучен\w*|confiscat de|a fost (confiscat|inchis de)|lefoglal\w+|κατασχεθηκε|已被(警方)?(查封|扣押)|押収|압수",
    ),
    Gate.MAINTENANCE: _any(
        r"(under|in|for|during|undergoing) (\w+ ){0,2}maintenance|maintenance (mode|break|in progress|work|window|page)|(scheduled|planned|routine|ongoing|emergency) (maintenance|work|downtime|upgrades?)|working on (the|our|some) (site|server|market|things|it|improvements)|check back|(are|is) moving servers?|(market|site|we|server|shop)('s| is| are)? (currently |temporarily |momentarily )?(offline|down|closed)( for| at| until| while|\.|,|$)|not available (right now|at the moment)|back at \d|come back (soon|in)|technical (work|problem|issue)s?|closed until|be right back|try again (later|in an? )|(is|are) being (upgraded|updated|moved|migrated)|(down|closed|offline) for (\w+ )?(maintenance|upgrades?|updates?|repairs?)",
        r"(will|we'll|we) (\w+ )?be (right )?back|back (soon|shortly|online (soon|shortly|in|at))|be back (in|soon|shortly|online|later)|temporarily (unavailable|offline|closed|down|out of|disabled)|come back later|(currently|are) (\w+ )?(upgrading|updating|migrating|moving|repairing)|service (\w+ )?unavailable|bad gateway|gateway time-?out|technical difficulties",
        r"(morgen|bald|gleich|spater|heute|abend) (\w+ )?(wieder|zuruck)|ziehen (\w+ ){0,6}um\b|\bumzug\b|wartungs\w+|(in|wegen|fur|einer) wartung|gewartet|(gleich|bald|in kurze) wieder|vorubergehend (nicht|geschlossen|offline)|derzeit nicht (erreichbar|verfugbar)",
        r"(en|de) maintenance|maintenance (en cours|programmee|prevue)|de retour|bientot disponible|temporairement (indisponible|ferme\w*|hors)|revenez plus tard|serons de retour",
        r"(en|por|de) mantenimiento|mantenimiento (programado|en curso)|volvemos|volveremos|regresaremos|temporalmente (no disponible|fuera|cerrad\w|inactiv\w)|vuelva mas tarde",
        r"тех\.? ?работ\w*|обновляем(ся)?\b|(скоро )?откроемся|техническ\w+ (работ\w+|обслужив\w+|перерыв\w*)|техработ\w+|профилактическ\w+|скоро (вернемся|будем|заработа\w+)|временно (недоступ\w+|закрыт\w*|не работает)|на обслуживании|ведутся работы|зайдите позже|обслуживани\w+",
        r"(em|para|de) manutencao|manutencao (programada|em curso)|voltaremos|voltamos|estaremos de volta|temporariamente (indisponivel|fora|fechad\w)|volte mais tarde",
        r"(in|per|di) manutenzione|manutenzione (programmata|in corso|straordinaria)|torneremo|torniamo|saremo di nuovo|temporaneamente (non|chius\w|fuori|sospes\w)|torna piu tardi",
        r"onderhoud\w*|(zo|snel|straks|spoedig|binnenkort|zijn) (\w+ )?(weer )?terug|tijdelijk (niet|onbereikbaar|gesloten|offline|buiten)|kom later terug|weer online",
        r"przerw\w+ techniczn\w+|prac\w* (konserwacyjn\w+|techniczn\w+|serwisow\w+)|konserwacj\w+|w trakcie prac|(wkrotce|niedlugo|zaraz) (wrocimy|wracamy|bedziemy)|wrocimy|(chwilowo|tymczasowo|czasowo) (niedostep\w+|nieczynn\w+|zamkniet\w+|wylaczon\w+)",
        r"bakim(da|dayiz|dadir|i)?\b|yakinda (geri|tekrar|donec\w+|buraday\w+)|geri donecegiz|gecici olarak (kapali|kullanil\w+|hizmet|erisil\w+|devre)|hizmet verilememekte",
        r"维护中|メンテナンス",
        r"underhall\w*|vedlikehold\w*|vedligehold\w*|(strax|snart|straks) tillbaka|snart tilbage?|udrzb\w+|odstavk\w+|huolto\w*|huollossa|palaamme|технічн\w+ робот\w+|mentenanta|in curand|karbantart\w+|hamarosan|συντηρηση|维护|维修|メンテ|점검|صيانة",
    ),
    Gate.BANNED: _any(
        r"\byour (ip|account|address) or (\w+ )?(circuit|session|account|address) (is|are|has been) (banned|blocked)|\bthis (account|user|ip|address|profile|visitor|circuit) (is|has been|was|is being) (\w+ly )?(banned|suspended|blocked|locked|disabled)|(?<!\bif )\b(you|your (account|ip|circuit|access|session|connection|identity|browser|user ?agent|user|profile|exit|tor)\w*)( address| circuit)? (have|has|is|are|was|were|'ve) (now |currently )?(been )?(\w+ly )?(banned|blocked|suspended|disabled|blacklisted|restricted|locked|terminated|frozen|flagged|denied)",
        r"access (to this \w+ )?(is |was |has been )?(denied|forbidden|blocked|suspended|restricted|revoked|refused)|account (banned|suspended|blocked|disabled|locked|terminated)|\b403\b|\b429\b|too many (requests|attempts|connections)|rate[- ]limit\w*|(automated|automatic) (browsing|access|requests?|traffic|tool)|not (allowed|permitted|authori[sz]ed) to (access|view|enter|visit)|(unusual|suspicious) (traffic|activity)|you are banned|reason for (your )?(ban|suspension)|not (welcome|allowed) here|(been|is|are) black-?listed|scrap(ing|ers?) (is|are)|(bots?|crawlers?) (are|is) (not|forbidden|blocked)|violat(ed|ing|ion of) (our|the) (rules|terms)|no access|locked out|(more than|over) \d+ (requests|pages)|slow down|permission denied|\bforbidden\b|ban (reason|appeal|expires)|(ip|user|account) ban",
        r"zugriff (\w+ )?(verweigert|gesperrt|abgelehnt|verboten|untersagt)|zugang (\w+ )?(verweigert|gesperrt)|(konto|account|ip[^\s]*|benutzer\w*|sie|du|adresse|verbindung)\b([^\w]+\w+){0,5}[^\w]+(gesperrt|gebannt|blockiert|verbannt)|zu viele (anfragen|versuche)",
        r"acces (\w+ )?(refuse|interdit|bloque|suspendu)|(compte|adresse ip|ip|vous)\b([^\w]+\w+){0,5}[^\w]+(banni|bannie|bloque|bloquee|suspendu|desactive)|trop de (requetes|tentatives)",
        r"acceso (\w+ )?(denegado|prohibido|bloqueado|restringido)|(cuenta|ip|direccion|usted|has sido|ha sido)\b([^\w]+\w+){0,5}[^\w]+(banead\w|bloquead\w|suspendid\w|expulsad\w|vetad\w)|demasiad[ao]s (solicitudes|intentos|peticiones)",
        r"доступ (\w+ )?(запрещен\w*|закрыт\w*|заблокирован\w*|ограничен\w*)|(аккаунт|учетная запись|ip|адрес|вы|пользователь|профиль)\b([^\w]+\w+){0,5}[^\w]+(заблокирован\w*|забанен\w*|приостановлен\w*)|слишком много (запрос\w*|попыт\w*)",
        r"acesso (\w+ )?(negado|proibido|bloqueado|restrito)|(conta|ip|endereco|voce|foi)\b([^\w]+\w+){0,5}[^\w]+(banid\w|bloquead\w|suspens\w)|(muitas|demasiad[ao]s) (solicitacoes|tentativas|pedidos|requisicoes)",
        r"accesso (\w+ )?(negato|vietato|bloccato|non consentito)|(account|ip|indirizzo|utente|sei stato|tuo)\b([^\w]+\w+){0,5}[^\w]+(bannat\w|bloccat\w|sospes\w|bandit\w)|troppe (richieste|tentativi)|troppi tentativi",
        r"toegang (\w+ )?(geweigerd|verboden|geblokkeerd|ontzegd)|(account|ip[^\s]*|adres|je|u|gebruiker)\b([^\w]+\w+){0,5}[^\w]+(geblokkeerd|verbannen|geschorst|gebannen|opgeschort)|te veel (verzoeken|pogingen)",
        r"(dostep|odmowa) (\w+ )?(zabroniony|zablokowany|wzbroniony|odmowa|dostepu)|odmowa dostepu|(konto|ip|adres|uzytkownik|zostales|zostalo)\b([^\w]+\w+){0,5}[^\w]+(zablokowan\w+|zbanowan\w+|zawieszon\w+)|zbyt wiele (zapytan|prob|zadan)",
        r"erisim (\w+ )?(engellendi|reddedildi|yasak\w*|kisitlan\w*)|(hesab\w+|ip[^\s]*|adres\w+)\b([^\w]+\w+){0,5}[^\w]+(yasaklan\w+|engellen\w+|banlan\w+|askiya)|cok fazla (istek|deneme)",
        r"访问被拒绝",
        r"(kontot?|konto|du|ip[^\s]*)\b([^\w]+\w+){0,4}[^\w]+(avstangd?|blockerad?|sparrad?|utestengt|sperret|bannlyst|udelukket|blokeret|bannad)|atkomst nekad|ingen tilgang|adgang naegtet|(ucet|ip)\b([^\w]+\w+){0,4}[^\w]+(zablokovan\w*|zakazan\w*)|pristup (odepren|zamitnut)|kaytto estetty|(tili|tilisi)\b([^\w]+\w+){0,3}[^\w]+(estetty|suljettu|jaadytetty)|доступ заборонен\w*|(акаунт|обліковий запис)\b([^\w]+\w+){0,4}[^\w]+заблокован\w*|acces (interzis|respins)|contul\b([^\w]+\w+){0,3}[^\w]+(suspendat|blocat)|letiltva|letiltott\w*|已被(封禁|禁止|封号)|拒绝访问|アクセス拒否|차단",
    ),
    Gate.EXIT_SCAM: _any(
        r"we are gone|your (money|coins|funds) (is|are) (gone|ours|mine)|so is your (money|coins)|so long\b|(thanks|thank you) for (\w+ ){0,3}(coins|money|donations?)|(took|taken|keep|kept) (everything|all)|(?<!never )(?<!not )(?<!no )exit[- ]?scam\w*|we('ve| have)? (\w+ ){0,2}(exited|taken your|kept your)|thanks? (you )?for (the|all|your) (coins|money|bitcoins?|free)|you('ve| have)? (all )?been scammed",
        r"(we|i|the (team|admins?|staff|crew)) (\w+ ){0,4}(decided|chosen|determined|time)( \w+){0,3} (retire|close|shut|quit|leave|stop|step|cease|end|move on)|(we|i) (are|am) (\w+ )?(retiring|closing|shutting|leaving|quitting|done)|(market ?(place)?|site|shop|project|service|forum|store|we) (\w+ ){0,3}(is|has|are|have|will) (\w+ ){0,3}(closed|closing|shut(ting)? ?down|retir(ed|ing)|ceased?|come to an end|no more) (\w+ ){0,2}(permanently|forever|for good|down|operations?|its doors|our doors|doors)",
        r"(we|i) (will )?(keep|kept|have|took|take) (the|your|all)( \w+)? (bit)?(coins?|money|funds)|(is|are|it's) over\b|(stolen|stole|ran (off |away )?with|run (off |away )?with|gone with|taken) (all )?(of )?(the|your|our|everyone's) (coins?|funds|money|bitcoins?|escrow|balances?)|escrow is (empty|gone)|(is|are|be) shutting down|shut(ting)? (down )?the (servers?|market ?(place)?|site) down|pause operations|(move|moving|take|taking|going) (the |this |our )?(market ?(place)?|site) offline (for a while|for now|permanently|forever|for good)|withdraw all|withdrawals? (are|is|have been) (now )?disabled|(this|it) is (an? )?(extortion|blackmail)|pay (up|the fee|us)\b|(clean up|complete|finali[sz]e) (any |all |your )*(active |open |pending )?orders|transferr?ing (its|our|all) (services|users)|clos\w+ (our|its|the) doors|last of us|servers? (and keys )?(will be|are being) (destroyed|wiped|decommissioned)|exit plan",
        r"good things (must |have to )?come to an end|(shut|clos|wind)\w* (\w+ )?(down )?for good|(take|get|pull|move) (out )?your (coins|funds|money|balance)|(is|are) closing|had enough|step(ping)? down|(decision|time|decided) to (retire|close|leave|stop|shut|go)|(deposits|orders|registrations?) (are|is) (now )?(closed|disabled)|no (new|more) (deposits|orders)|clos(ed|ing|ure) (\w+ )?(permanently|forever|for good|our doors|announcement|notice)|permanently (closed|shut|offline)|\bfunds (are|will be|have been|remain) (safe|gone|lost|returned|refunded|secure)|(withdraw|collect|claim) (all )?(of )?(your|any|remaining) (\w+ ){0,2}(funds|coins|balances?|money|bitcoins?)|no (longer|more) (\w+ )?(refunds|accept\w*|orders|deposits|deals)",
        r"good-?bye|farewell|it (has been|was|'s been) (a|an|our) (\w+ )?(pleasure|hono[u]?r|run|ride|journey|privilege)|retirement|so long,? and|end of (an era|the road|the line)|final (message|goodbye|statement|announcement)|shutdown notice|(last|final) day",
        r"(schliessen|geschlossen|ende\w*|horen|ziehen)\b([^\w]+\w+){0,5}[^\w]+(endgultig|dauerhaft|fur immer)|wir horen (\w+ ){0,3}auf\b|ziehen uns (\w+ ){0,2}zuruck|machen (\w+ ){0,3}dicht\b|ist schluss\b|(endgultig|dauerhaft|fur immer) (geschlossen|offline|eingestellt|zu)|lebt wohl|auf wiedersehen|guthaben (\w+ )?(ist|sind|abheben|auszahlen|sicher)|ruhestand|betrieb (\w+ ){0,3}eingestellt",
        r"(ferm\w+|arret\w+|clos\w*)\b([^\w]+\w+){0,4}[^\w]+(definitiv\w+|portes|jamais)|(definitivement|pour toujours) (ferme\w*|clos\w*)|adieu|au revoir|(vos )?fonds (sont|seront|en securite)|nous prenons (notre|la) retraite|retirez vos",
        r"(cerr\w+|clausur\w+)\b([^\w]+\w+){0,4}[^\w]+(definitiv\w+|siempre|permanente\w*|puertas)|(definitivamente|para siempre) cerrad\w|adios|hasta siempre|(sus|tus|los) fondos|nos (retiramos|jubilamos|despedimos)|retire(n)? (sus|los)",
        r"закрыва\w+([^\w]+\w+){0,4}[^\w]+(навсегда|проект)|(навсегда|окончательно) закры\w+|прощайте|всем спасибо|(ваши )?средства|уходим|экзит-?скам|выведите|прекраща\w+ (работу|деятельность)|проект закрыт",
        r"(encerr\w+|fech\w+)\b([^\w]+\w+){0,4}[^\w]+(definitiv\w+|permanente\w*|sempre|atividades|portas)|(definitivamente|para sempre) (fechad\w|encerrad\w)|adeus|(seus|os) fundos|nos aposentamos|vamos nos aposentar|retire(m)? (seus|os)",
        r"(chiu\w+|cess\w+)\b([^\w]+\w+){0,4}[^\w]+(definitiv\w+|sempre|battenti|attivita)|(definitivamente|per sempre) chius\w|addio|arrivederci|(i )?(vostri|tuoi) fondi|ci ritiriamo|ritirate i",
        r"(sluit\w*|gesloten|stopp\w+)\b([^\w]+\w+){0,5}[^\w]+(definitief|voorgoed|permanent|deuren|ermee)|(definitief|voorgoed|permanent) (gesloten|dicht|offline)|vaarwel|tot ziens|(je|jullie|uw) (tegoed\w*|saldo|geld|fondsen)|met pensioen|houden ermee op|wij stoppen",
        r"(zamyk\w+|zamkn\w+|konczymy)\b([^\w]+\w+){0,4}[^\w]+(zawsze|stale|dzialalnosc|ostatecznie)|(na zawsze|ostatecznie|trwale) zamkn\w+|zegnajcie|do widzenia|(wasze|twoje) (srodki|fundusze)|odchodzimy|konczymy|wyplac\w+ srodki",
        r"(kalici|sonsuza|temelli|suresiz)\w*( \w+)? kapa\w+|elveda|hosca ?kalin|(paralariniz|bakiye\w*|fonlar\w*) (guvende|iade|cek)|emekli oluyoruz|kapatiyoruz|kapatma karari",
        r"(stanger|legger ned|lukker) (\w+ ){0,3}(for alltid|for gott|permanent|ned)|for alltid|adjo\b|farvel|(navzdy|natrvalo) (konci\w+|zavira\w+|ukonc\w+)|konci(me|t)\b|sbohem|suljemme|lopetamme|lopullisesti|hyvasti|закрива\w+([^\w]+\w+){0,3}[^\w]+назавжди|назавжди|виведіть|inchidem( definitiv)?|ramas bun|vegleg (bezar\w+|megszun\w+)|viszlat|κλεινουμε|永久关闭|跑路|请(尽快)?提(现|币)|閉鎖|さようなら|영구 폐쇄",
    ),
}
"""What a page says that is a gate of this kind: in a heading nearly enough, in a short page much, in a long page little."""

HEADINGS = {
    Gate.LOGIN: _any(
        r"\b(log|sign) ?-?(in|on)\b|anmeld(en|ung)|einloggen|connexion|se connecter|identification|(iniciar|inicio de|inicie) sesion|acceder|ingresar|\bentrar\b|iniciar sessao|\baccedi\b|\baccesso\b|inloggen|aanmelden|zaloguj|logowanie|\bgiris\b|oturum ac|\bвход\b|войти|авторизация|авторизоваться|authenticat|user ?name|member area|unlock"
    ),
    Gate.CAPTCHA: _any(
        r"captcha|капча|robot|human|verif|\bproof\b|challenge|security check|sicherheit|puzzle|anti[- ]?phishing|mirror check|link check|вы не бот|провер"
    ),
    Gate.QUEUE: _any(
        r"queue|waiting|in line|warte|attente|espera|очеред|ожидан|\bfila\b|attesa|\bcoda\b|wacht|kolej|oczekiwan|bekle|sira"
    ),
    Gate.DDOS_WAIT: _any(
        r"d-?dos|please wait|moment|checking|loading|redirect|protect|warten|patient|espere|подожд|aguarde|attend|geduld|czekac|bekley|shield|guard"
    ),
    Gate.SEIZED: _any(
        r"\bseized\b|\bseizure\b|beschlagnahm|sichergestellt|saisi\b|incautad|изъят|конфиск|apreendid|sequestrat|in beslag|przejet|zajet|el kon|confiscated|operation \w+|law enforcement|police|polizei|politie|policia"
    ),
    Gate.MAINTENANCE: _any(
        r"maintenance|\b50[234]\b|unavailable|back (soon|shortly)|offline|wartung|mantenimiento|техн|обслуж|manutencao|manutenzione|onderhoud|technicz|konserw|bakim|upgrad|\bdown\b"
    ),
    Gate.BANNED: _any(
        r"\bbann?(ed)?\b|denied|forbidden|suspended|blocked|\b403\b|\b429\b|gesperrt|verweigert|refuse|interdit|denegado|prohibido|запрещ|заблок|negad|bloquead|negato|vietato|geweigerd|geblokkeerd|odmowa|zablokow|zabron|engel|yasak|restrict|disabled"
    ),
    Gate.EXIT_SCAM: _any(
        r"good-?bye|farewell|closed|closing|closure|retire|exit|shut|the end|adieu|adios|прощ|закры|addio|adeus|vaarwel|zegna|elveda|geschlossen|abschied|ferme|cerrad|encerrad|chius|gesloten|zamkn|kapan|kapat|thank you|last|final|announcement|statement|message"
    ),
}
"""What stands in the headings, on the buttons and under the pictures of such a gate, and elsewhere too."""

DEMANDS_LOGIN = _any(
    r"(необходимо|нужно|требуется|вы должны) (войти|авториз\w+)|(du musst|sie mussen) (dich |sich )?(erst |zuerst )?(anmelden|einloggen|angemeldet sein)|bitte (melde|logge) (dich )?(\w+ )?(an|ein)\b|bitte (melden|loggen) sie sich (an|ein)|vous devez (vous connecter|etre connecte\w*|vous identifier)|(debes?|tienes que) (iniciar sesion|conectarte|identificarte)|precisa (fazer login|entrar)|devi (accedere|effettuare)|je moet (\w+ )?(ingelogd|inloggen)|musisz (sie|byc) zalogowa\w+|giris yapmalisiniz|du maste (logga in|vara inloggad)",
    r"requires? (you|visitors|users) to (be )?(registered|log|sign)\w*|(guests|visitors) (may|can|are) ?not|only (members|registered users|users who are logged in) (may|can)|not (visible|open) (to|for) (guests|visitors)|you (must|have to|need to) be (a |an )?(\w+ )?(member|registered|user)\b|you (must|need to|have to) (be logged in|be signed in|log ?-?in|sign ?-?in)( or register)?( to (view|see|access|continue|enter|visit|read|use)\b| first|\.|$)|(you are|you're) (either )?not (currently )?(logged|signed) in|please (log|sign) ?-?in to (view|see|access|continue|enter|visit)|(log|sign)( |-)?in (is )?required to (view|see|access|continue|enter|visit)",
)
"""What a page says that shows nothing but that it is for members."""
CUES = {
    Gate.EXIT_SCAM: (
        _any(
            r"\bretir(e|ing|ed|ement)\b|\bclos(e|es|ed|ing|ure)\b|\bdoors\b|for good|\bgone\b|vanish\w*|emptied|hacked|stolen|relaunch|disappear\w*|\bbye\b|\bshut\w*|wind(ing)? down|switched off|the end\b|\bquit\b|abandon\w*|ran off|drained|last (goodbye|message|day|words)|schliess\w+|schluss\b|\bdicht\b|verschwund\w+|fermons|disparu|cerramos|desapareci\w+|закры\w+|исчез\w+|украл\w*|encerr\w+|chiud\w+|spari\w+|sluiten|verdwenen|zamyka\w+|znikn\w+|kapat\w+|koniec"
        ),
        (
            re.compile(
                r"withdraw\w*|take out|cash out|auszahl\w*|retir(ez|en)|вывод|вывести|выведите|ritir\w+|wyplac\w+"
            ),
            re.compile(
                r"\b(bit)?coins?\b|\bfunds\b|balances?|money|wallet|escrow|\bgeld\b|guthaben|fonds|fondos|средств\w*|деньг\w*|fondi|srodki"
            ),
            re.compile(
                r"vendors?|orders\b|deposits?|registrations?|register|transactions?|multisig|bestellung\w*|commandes|pedidos|заказ\w*"
            ),
            re.compile(
                r"thank\w*|pleasure|greetings|honou?r|trust\w*|sorry|regret|goodbye|farewell|nice|danke|merci|gracias|спасибо|obrigad\w|grazie|bedankt|dzieku\w+|tesekkur\w*"
            ),
            re.compile(
                r"\badmins?\b|\bowners?\b|moderators?|\bteam\b|\bstaff\b|community|years? of|days of|betreiber|equipe|админ\w*"
            ),
        ),
    ),
    Gate.MAINTENANCE: (
        _any(
            r"upgrad\w+|repair\w*|\bupdat(e|es|ing)\b|(moving|migrat\w+) (\w+ ){0,3}(servers?|hardware|host\w*)|new (version|hardware|servers?)|maint\w+|reinstall\w*|backups?|\bfix(ing|ed)?\b|restor\w+|actualiza\w+|aktualisier\w*|umbau|mise a jour|travaux|trabajos|обновл\w+|ремонт\w*|aggiorna\w+|lavori|bijgewerkt|aktualizac\w+|guncelle\w+"
        ),
        (
            re.compile(
                r"\b(closed|offline|down|unavailable|unreachable|paused)\b|geschlossen|nicht erreichbar|ferme\w*|indisponible|cerrado|закрыт\w*|недоступ\w*|fechad\w|chius\w|gesloten|zamkni\w+|kapali"
            ),
            re.compile(
                r"\bback\b|expect us|\bsoon\b|later|tomorrow|give us|(mon|tues|wednes|thurs|fri|satur|sun)day|bald|morgen|zuruck|bientot|demain|vuelv\w+|pronto|manana|скоро|завтра|позже|volt\w+|amanha|domani|presto|jutro|wkrotce|yarin"
            ),
            re.compile(
                r"\bhours?\b|minutes|patien\w+|inconvenience|sorry|stunden|heures|horas|час\w*|ore\b|uren|godzin\w*|saat"
            ),
            re.compile(
                r"\bservers?\b|database|back-?end|\bmarket ?(place)?\b|\bsite\b|marktplatz|\bseite\b|mercado|сервер\w*|сайт|mercato|rynek"
            ),
        ),
    ),
}
"""Words of a farewell and of a closed door, that say so only together: one of the first kind, and of how many others."""
POLICE = _any(
    r"\bfbi\b|federal bureau|europol|interpol|\bbka\b|bundeskriminalamt|\bzit\b|generalstaatsanwaltschaft|\bpolitie\b|\bnca\b|national crime agency|homeland security|\bhsi\b|\bice\b|\bdea\b|\birs(-ci)?\b|department of justice|justice department|\bdoj\b|secret service|postal inspection|gendarmerie|police nationale|guardia civil|policia (nacional|federal|judiciaria)|polizia|carabinieri|guardia di finanza|\bмвд\b|\bфсб\b|полици\w+|policja|\bcbzc\b|emniyet|jandarma|eurojust|openbaar ministerie|\bfiod\b|staatsanwalt\w*|prosecut\w+|procura\w*|parquet|law enforcement|court (order|of)|warrant|polizei|polisen|\bafp\b|\brcmp\b"
)
TRADE = tuple(
    re.compile(line)
    for line in (
        r"\bcart\b|warenkorb|panier|carrito|корзин\w+",
        r"\bbuy\b|order now|add to|kaufen|acheter|comprar|купить|koop nu|kup teraz|satin al",
        r"\bprices?\b|\bpreis\b|\bprix\b|precio|\bцена\b|preco|prezzo|\bprijs\b|\bcena\b|fiyat",
        r"ships? (from|to)|shipping|versand|livraison|envio|доставк\w+|spedizione|verzending|wysylka|kargo",
        r"\bescrow\b|finalize|treuhand|гарант",
        r"feedback|reviews?\b|ratings?\b|bewertung|отзыв\w*",
        r"\bin stock\b|quantity|\bstock\b|menge|quantite|cantidad|количеств\w+",
        r"\bvendor\b|\bseller\b|verkaufer|vendeur|vendedor|продав\w+|venditore|verkoper|sprzedawca|satici",
        r"sold\b|sales\b|verkauft|vendus?\b|продано",
        r"categor(y|ies)|kategori\w*|categori\w*|категори\w*",
    )
)
"""Words of trade, each line counted once."""
TALK = _any(
    r"\breply\b|\bquote\b|\bposted\b|\bwrote\b|\bthreads?\b|\btopics?\b|\bposts\b|\bantworten\b|\brepondre\b|\bresponder\b|ответить|\bcomments?\b|\bmember since\b|joined:|\bauthor\b|\bpublished\b|read more|\bnews\b|\bfaq\b|frequently asked|how (do|can|to) i?|\bguide\b|\btutorial\b|\bstep \d|\brules\b|terms (of|and)|\barticle\b"
)
"""Words of forums, news, help and rules, which tell of gates and are none."""
REPORT = _any(
    r"\bannounced\b|\bsaid\b|\bteilte\b|\((dpa|afp|ap|reuters)\)|according to|\breported(ly)?\b|\bwas (launched|founded|arrested|shown|sentenced|an online|a (dark ?net|dark ?web|market))|visitors (saw|see)|as (you|many|most) (\w+ ){0,2}(know|heard|noticed)|(posted|written|published|submitted) (by|on|in)\b|\bby (/?u/|staff|admin\b|editor)|\d+ (minutes?|hours?|days?|weeks?|months?|years?) ago|it is official|\bu/\w+|not affected|wikipedia|\b(was|were) an? \w+|targeting|accused|pleads|\b(has|hat|a) am (mon|diens|mitt|donners|frei|sams|sonn)tag|\bwired\b|years in prison|\bhe faces|\bwrote\b|ermittler\w*|\balleged(ly)?\b|\bmillions?\b|(went|goes|gone) (offline|down) on|launched in|\bsources?:|\bheadlines?\b|(press|media) release|\btold (us|reporters)|spokes\w+|\bhistory\b|suspects?\b|years? old|in custody|untersuchungshaft|mitteil\w+|redaktion|officials said|\bsays\b|\btimeline\b|(this|the|that) (vendor|seller|guy|dude|buyer)\b|\d/5\b|\bupvotes?\b|\d points?\b|was (sagt|meint)|berichtet\w*|gab\b[^.]{0,60}\bbekannt|\bam (montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)\b|confirmed on|\blaut\b|vor \d+ (stunden|tagen)|selon|il y a \d+|a annonce|segun|hace \d+|anuncio que|сообщ(ает|ил\w*|ают)|по данным|\d+ (час|дн|минут)\w* назад|secondo|\d+ (ore|giorni) fa"
)
"""Words of those who tell of what befell others."""
TOPIC = _any(
    r"\bfaqs?\b|\bnews\b|digest|interview|journal|\bweekly\b|not found|\bremoved\b|no longer (available|for sale)|\bstatus\b|\bticket\b|\bthread\b|statistics|glossary|\bjobs\b|hiring|\bescrow\b|conditions|\brules\b|\bforums?\b|\babout\b|\bterms\b|\bguides?\b|\btutorial|\bhelp\b|\bprofile\b|\bfeedback\b|\bblog\b|\bwiki(pedia)?\b|changelog|\bhow (to|do|can)\b|\bwhat (to|is a)\b|\bwhy\b|questions|\bcanary\b|\bcareers?\b|\breview|\bdisputes?\b|\binbox\b|\bmessages\b|\borders\b|\bwallet\b|discussion|\bre: |\bsaved\b|\badded to\b|success\w*|back to the listing|\bwas (sent|added|removed|updated)\b|\bvacation\b|on holiday|\bmarket (list|status|history)|\bchangelog",
    r"\bneuigkeiten\b|\bnachrichten\b|\bmeldungen\b|\bregeln\b|haufige fragen|\bhilfe\b|uber uns|actualites|\bregles\b|a propos|\baide\b|noticias|\breglas\b|preguntas|\bayuda\b|acerca de|новости|правила|вопросы|форум|о нас|помощь|regras|perguntas|\bajuda\b|sobre nos|notizie|regole|domande|\baiuto\b|nieuws|regels|veelgestelde|over ons|aktualnosci|regulamin|pytania|\bpomoc\b|o nas|haberler|kurallar|sorular|yardim|hakkimizda",
)
"""What the headings of pages about the market say, and of pages inside it."""
OWN_AFFAIRS = _any(
    r"(change|new|old|current) password|passwort andern|(neues|altes) passwort|changer (le|de) mot|nouveau mot de passe|cambiar contrasena|nueva contrasena|(новый|старый|сменить) пароль"
)
"""What a visitor's own settings ask."""
BYLINE = _any(
    r"\b(by|from) /?u/|\bu/\w+|\d+ (points?|upvotes?|comments?|repl(y|ies))\b|(posted|written|submitted) by\b|\d+ (minutes?|hours?|days?|weeks?|months?|years?) ago"
)
"""Who wrote something, and when, and how others took it."""
YEARS = re.compile(r"\b(?:19|20)\d\d\b")
PASSWORD = _any(
    r"\bpass(word|phrase)\b|passwort|mot de passe|contrasena|пароль|\bsenha\b|wachtwoord|haslo\b|parola|sifre"
)
NOTICE = _any(
    r"\bnotice\b|\bwarning\b|attention|important|\baviso\b|\bavis\b|hinweis|mitteilung|внимание|avviso|atencion|atencao|uwaga|dikkat|let op"
)
"""Headings under which anything may stand."""
ABOUT = _any(
    r"\bcontact|\bpolls?\b|\bsurvey|\bvote\b|\bpress\b|\buptime|glossary|\bwords\b|how (\w+ )+works?\b|\btips\b|overview|roadmap|change ?log|explained|pressemitteilung|communique|newsroom|\bfees\b|gebuhren|\bобзор|comparison|\bhistory|timeline|\bstory\b|\btale\b|geschichte|histoire\b|historia|история|рассказ|kontakt|umfrage|sondage|contacto|encuesta|опрос|контакты|contatt|sondaggio|ankieta"
)
"""What headings alone say of pages about something else."""
PRICES = re.compile(
    r"(?:[$€£₿]|\b(?:usd|eur|gbp|btc|xmr|ltc|aud|cad|rub)\b)\s?\d|\d\s?(?:[$€£₿₽]|\b(?:usd|eur|gbp|btc|xmr|ltc|aud|cad|rub)\b)"
)
CALLED_CAPTCHA = re.compile(
    r"captch|капч|anti-?_?bot|challenge|sec(urity)?[_-]?code|verif(y|ication)?[_-]?code|humanit|not[_-]?a?[_-]?robot|turnstile|\bvcode\b"
)
"""What fields and pictures of a captcha are called."""
