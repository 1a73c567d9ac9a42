package markup

import "strings"

// mentions reports whether s, in lower case, holds one of the words.
func mentions(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

func loginWords() []string {
	return []string{"log in", "login", "log-in", "logon", "log on", "sign in", "signin", "sign-in", "ログイン", "サインイン", "anmeld", "einloggen", "connexion", "connecter",
		"iniciar ses", "acceder", "entrar", "войти", "вход", "登录", "登入", "로그인", "inloggen", "accedi", "giriş", "zaloguj", "bejelentkez", "увійти", "تسجيل الدخول",
		"continue", "next", "次へ", "続ける", "続行", "weiter", "continuer", "continuar", "далее", "下一步", "다음"}
}

func signupWords() []string {
	return []string{"sign up", "signup", "sign-up", "register", "registration", "create account", "create an account", "create my account", "create your account", "join",
		"新規登録", "会員登録", "登録", "アカウント作成", "アカウントを作成", "入会", "開設", "registrier", "inscri", "s'enregistrer", "registr", "cadastr", "crear cuenta", "crear una cuenta",
		"criar conta", "регистр", "зарегистрир", "注册", "註冊", "가입", "kayıt", "zarejestruj", "załóż", "aanmelden", "crea un account", "реєстр", "إنشاء حساب"}
}

func resetWords() []string {
	return []string{"forgot", "reset", "recover", "パスワード", "再設定", "再発行", "passwort", "mot de passe", "contraseña", "senha", "пароль", "密码", "密碼", "비밀번호", "wachtwoord", "password", "hasło", "şifre"}
}

func newsWords() []string {
	return []string{"newsletter", "subscribe", "mailing list", "メルマガ", "メールマガジン", "配信", "お届けします", "だより", "最新情報を受け取", "abonnier", "s'abonner", "suscrib", "подпис", "订阅", "訂閱"}
}

func codeWords() []string {
	return []string{"認証コード", "確認コード", "ワンタイム", "暗証番号", "認証番号", "確認番号", "パックコード", "verification code", "one-time", "authentication code", "security code", "6-digit",
		"bestätigungscode", "code de vérification", "código de verificación", "код подтверждения", "验证码", "驗證碼", "인증번호"}
}

func whoWords() []string {
	return []string{"mail", "user", "login", "account", "member", "phone", "mobile", "tel", "customer", "loginid", "userid", "identifier", "会員", "メール", "ログインid", "ユーザー", "電話", "携帯",
		"логин", "почт", "телефон", "账号", "帳號", "手机", "郵箱", "邮箱", "아이디", "이메일", "benutzer", "usuario", "utilisateur", "usuário", "correo"}
}

func providers() []string {
	return []string{"google", "apple", "facebook", "line", "twitter", "yahoo", "microsoft", "github", "passkey", "sso", "saml", "linkedin", "amazon", "楽天", "パスキー", "dアカウント"}
}

func providerWords() []string {
	return []string{"sign in with", "log in with", "login with", "continue with", "sign up with", "signin with", "でログイン", "で続ける", "で登録", "でサインイン", "mit ", "se connecter avec", "continuar con", "войти через", "로 로그인", "登录"}
}
