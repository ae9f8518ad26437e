"""The invented organisations and users."""

from __future__ import annotations

from dataclasses import dataclass

from sojourn.web.accounts.roles import Role

ORGANISATIONS = {"HS": "Harbour Shelter (demo)", "CL": "Crossroads Legal Aid (demo)"}
PEOPLE = {"HS": 130, "CL": 70}


@dataclass(frozen=True)
class Login:
    """A user of the demonstration. The password is public: it opens invented files only."""

    username: str
    name: str
    role: Role
    organisation: str

    @property
    def password(self) -> str:
        return f"{self.username}-opens-the-demo"

    @property
    def place(self) -> str:
        return ORGANISATIONS[self.organisation]


LOGINS = (
    Login("bilal", "Bilal Demo", Role.CASE_WORKER, "HS"),
    Login("salma", "Salma Demo", Role.PROTECTION_OFFICER, "HS"),
    Login("sami", "Sami Demo", Role.SUPERVISOR, "HS"),
    Login("chiara", "Chiara Demo", Role.SUPERVISOR, "CL"),
    Login("dana", "Dana Demo", Role.ADMINISTRATOR, "HS"),
    Login("emil", "Emil Demo", Role.DATA_PROTECTION_OFFICER, "HS"),
)

DEMO = {"ar": "تجربة", "fa": "نمونه", "ps": "نمونه", "am": "ሙከራ", "uk": "Демо", "bn": "ডেমো"}
"""The word by which an invented name is known in each script."""

FIRST_NAMES = (
    ("Amina", "أمينة", "ar"),
    ("Yusuf", "يوسف", "ar"),
    ("Leila", "ليلى", "fa"),
    ("Samuel", "", "ti"),
    ("Fatou", "", "wo"),
    ("Ousmane", "", "fr"),
    ("Rosa", "", "es"),
    ("Kofi", "", "en"),
    ("Hawa", "", "so"),
    ("Noor", "نور", "ps"),
    ("Bekele", "በቀለ", "am"),
    ("Olena", "Олена", "uk"),
    ("Rahim", "রহিম", "bn"),
    ("Grace", "", "sw"),
    ("Marie", "", "ht"),
    ("Idris", "إدريس", "ar"),
)
