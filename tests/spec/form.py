"""The form that every page of the manual uses."""

from __future__ import annotations

from sojourn.framework.model import Sheet
from tests.spec.model import read_table

SURVEY = """
    type                  | name          | label           | missing            | asked_of
    select_one yes_no     | a             | A               |                    |
    select_one yes_no     | b             | B               |                    |
    select_one region     | region        | Region          |                    |
    select_one region     | birth_region  | Region of birth |                    |
    select_multiple needs | needs         | Needs           |                    |
    select_one stage      | stage         | Stage           |                    |
    select_one direction  | network       | Network         |                    |
    select_one degree     | difficulty    | Difficulty      |                    |
    integer               | age           | Age             | -999=does_not_know |
    integer               | children      | Children        |                    |
    decimal               | income        | Income          | -1=does_not_know   |
    decimal               | rent          | Rent            |                    |
    date                  | born          | Born            |                    |
    date                  | arrived       | Arrived         |                    |
    text                  | month         | Month           |                    |
    select_one yes_no     | clinic_open   | Clinic open     |                    | place
    integer               | families      | Families        |                    | place
    select_multiple needs | lacks         | What is lacking |                    | place
    begin repeat          | member        | Member          |                    |
    integer               | member_age    | Age             |                    |
    decimal               | member_income | Income          |                    |
    select_one yes_no     | member_ill    | Ill             |                    |
    select_multiple needs | member_needs  | Needs           |                    |
    begin repeat          | leg           | Leg             |                    |
    integer               | leg_days      | Days            |                    |
    decimal               | leg_cost      | Cost            |                    |
    select_one yes_no     | leg_harm      | Harm            |                    |
    begin repeat          | stop          | Stop            |                    |
    integer               | stop_nights   | Nights          |                    |
    end repeat            |               |                 |                    |
    end repeat            |               |                 |                    |
    end repeat            |               |                 |                    |
"""


CHOICES = """
    list_name | name     | label
    yes_no    | yes      | Yes
    yes_no    | no       | No
    yes_no    | dk       | Does not know
    yes_no    | pnta     | Prefers not to say
    region    | north    | North
    region    | south    | South
    region    | east     | East
    needs     | food     | Food
    needs     | water    | Water
    needs     | shelter  | Shelter
    needs     | dk       | Does not know
    stage     | origin   | Origin
    stage     | transit  | Transit
    stage     | return   | Return
    direction | raises   | Raises
    direction | protects | Protects
    direction | both     | Both
    direction | none     | None
    direction | dk       | Does not know
    degree    | 1        | None
    degree    | 2        | Some
    degree    | 3        | A lot
    degree    | 888      | Does not know
"""

SETTINGS = """
    form_id | form_title | version | default_language
    manual  | Manual     | 1       | English (en)
"""

ABOUT = """
    key            | value
    stage_question | stage
    reference_date | arrived
    place          | region
    period         | month
"""

FACTOR = {
    "label": "Factor",
    "level": "individual",
    "effect": "risk",
    "nature": "situational",
    "rule": "${a} = 'yes'",
}
RESPONSE = {"label": "Response", "horizon": "immediate"}
MEASURE = {"label": "Measure", "kind": "weighted_sum"}


def sheet(text: str, defaults: dict[str, str] | None = None) -> Sheet:
    """A drawn table as a sheet; empty cells are left out, missing columns take the default."""
    return tuple(
        {**(defaults or {}), **{name: cell for name, cell in row.items() if cell}}
        for row in read_table(text).rows
    )


def sheets(extra: dict[str, str]) -> dict[str, Sheet]:
    """A whole framework: the manual's form with the sheets that a page adds."""
    factors = extra.get("factors", "name\n    placeholder")
    return {
        "survey": sheet(SURVEY),
        "choices": sheet(CHOICES),
        "settings": sheet(SETTINGS),
        "framework": sheet(ABOUT),
        "factors": sheet(factors, FACTOR),
        "responses": sheet(extra["responses"], RESPONSE) if "responses" in extra else (),
        "measures": sheet(extra["measures"], MEASURE) if "measures" in extra else (),
        "decisions": sheet(extra["decisions"]) if "decisions" in extra else (),
    }
