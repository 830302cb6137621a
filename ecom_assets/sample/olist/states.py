"""Brazil in small tables: states, larger cities, and the parts of invented town names.

Belongs here: public geography and measured shares. Does not belong here: addresses or observed points.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class State:
    """One state with its range of zip prefixes.

    Attributes
    ----------
    code
        Two letters.
    first_prefix, last_prefix
        Range of five-digit prefixes; ranges do not overlap.
    prefixes
        Prefixes in use at scale 1.
    customers, sellers
        Share of the country, in percent.
    latitude, longitude
        Where its people live on average.
    spread
        Standard deviation of its towns around that, in degrees.
    """

    code: str
    first_prefix: int
    last_prefix: int
    prefixes: int
    customers: float
    sellers: float
    latitude: float
    longitude: float
    spread: float


@dataclass(frozen=True, slots=True)
class City:
    """One larger city; ``customers`` is its share of the country in percent."""

    state: str
    name: str
    customers: float
    latitude: float
    longitude: float


STATES = (
    State("SP", 1001, 19990, 6349, 42.41, 59.74, -22.80, -47.60, 0.60),
    State("RJ", 20010, 28999, 1390, 12.95, 5.53, -22.50, -42.90, 0.40),
    State("MG", 30001, 39999, 1868, 11.68, 7.88, -19.80, -44.40, 1.40),
    State("RS", 90001, 99990, 1131, 5.41, 4.17, -29.40, -52.00, 1.10),
    State("PR", 80002, 87990, 1046, 5.02, 11.28, -24.70, -51.30, 0.90),
    State("SC", 88000, 89998, 619, 3.53, 6.14, -27.10, -50.00, 0.60),
    State("BA", 40010, 48990, 992, 3.38, 0.61, -13.00, -40.30, 1.40),
    State("GO", 72800, 76740, 773, 2.08, 1.29, -16.70, -49.60, 1.00),
    State("DF", 70002, 72799, 515, 2.03, 0.97, -15.81, -47.90, 0.08),
    State("ES", 29001, 29985, 315, 2.03, 0.74, -20.00, -40.60, 0.50),
    State("PE", 50010, 56980, 596, 1.68, 0.29, -8.30, -36.40, 0.60),
    State("CE", 60010, 63970, 548, 1.33, 0.42, -5.00, -39.30, 0.80),
    State("PA", 66010, 68890, 309, 0.97, 0.03, -3.60, -50.00, 1.70),
    State("MT", 78000, 78896, 254, 0.83, 0.13, -14.20, -55.90, 1.50),
    State("MA", 65000, 65995, 313, 0.72, 0.05, -4.40, -45.20, 1.10),
    State("MS", 79002, 79995, 242, 0.65, 0.16, -20.80, -54.50, 1.10),
    State("PB", 58010, 58995, 324, 0.59, 0.19, -7.10, -36.40, 0.70),
    State("RN", 59000, 59995, 279, 0.51, 0.16, -5.80, -36.20, 0.60),
    State("PI", 64000, 64995, 307, 0.48, 0.03, -6.80, -42.50, 1.00),
    State("AL", 57000, 57995, 178, 0.45, 0.03, -9.60, -36.40, 0.40),
    State("SE", 49000, 49995, 135, 0.37, 0.06, -10.80, -37.30, 0.30),
    State("TO", 77001, 77995, 184, 0.27, 0.03, -10.20, -48.40, 1.30),
    State("RO", 76801, 76999, 107, 0.27, 0.06, -10.60, -62.50, 1.00),
    State("AM", 69005, 69299, 144, 0.13, 0.06, -3.50, -61.00, 1.50),
    State("AC", 69900, 69999, 43, 0.11, 0.03, -9.60, -69.30, 1.00),
    State("AP", 68900, 68997, 26, 0.06, 0.02, 0.60, -51.30, 0.50),
    State("RR", 69301, 69380, 28, 0.05, 0.02, 2.50, -60.90, 0.60),
)

CITIES = (
    City("SP", "sao paulo", 15.59, -23.55, -46.63),
    City("SP", "campinas", 1.49, -22.91, -47.06),
    City("SP", "guarulhos", 1.21, -23.45, -46.53),
    City("SP", "sao bernardo do campo", 1.00, -23.69, -46.56),
    City("SP", "santo andre", 0.76, -23.66, -46.53),
    City("SP", "sao jose dos campos", 0.74, -23.19, -45.88),
    City("SP", "osasco", 0.72, -23.53, -46.79),
    City("SP", "santos", 0.72, -23.96, -46.33),
    City("SP", "sorocaba", 0.71, -23.50, -47.46),
    City("SP", "jundiai", 0.58, -23.19, -46.88),
    City("SP", "ribeirao preto", 0.54, -21.18, -47.81),
    City("SP", "barueri", 0.42, -23.51, -46.88),
    City("SP", "mogi das cruzes", 0.42, -23.52, -46.19),
    City("SP", "piracicaba", 0.38, -22.73, -47.65),
    City("SP", "sao jose do rio preto", 0.37, -20.82, -49.38),
    City("SP", "ibitinga", 0.10, -21.76, -48.83),
    City("RJ", "rio de janeiro", 6.99, -22.91, -43.30),
    City("RJ", "niteroi", 0.83, -22.89, -43.10),
    City("RJ", "nova iguacu", 0.40, -22.76, -43.45),
    City("RJ", "sao goncalo", 0.38, -22.83, -43.05),
    City("RJ", "duque de caxias", 0.30, -22.79, -43.31),
    City("MG", "belo horizonte", 2.73, -19.92, -43.94),
    City("MG", "contagem", 0.44, -19.93, -44.05),
    City("MG", "juiz de fora", 0.42, -21.76, -43.35),
    City("MG", "uberlandia", 0.36, -18.92, -48.28),
    City("RS", "porto alegre", 1.32, -30.03, -51.23),
    City("RS", "caxias do sul", 0.25, -29.17, -51.18),
    City("PR", "curitiba", 1.48, -25.43, -49.27),
    City("PR", "londrina", 0.33, -23.31, -51.16),
    City("PR", "maringa", 0.28, -23.42, -51.94),
    City("SC", "florianopolis", 0.57, -27.60, -48.55),
    City("SC", "joinville", 0.25, -26.30, -48.85),
    City("BA", "salvador", 1.26, -12.97, -38.50),
    City("BA", "feira de santana", 0.16, -12.27, -38.97),
    City("GO", "goiania", 0.66, -16.69, -49.26),
    City("DF", "brasilia", 2.02, -15.79, -47.93),
    City("ES", "vitoria", 0.37, -20.32, -40.34),
    City("ES", "vila velha", 0.36, -20.33, -40.30),
    City("PE", "recife", 0.61, -8.05, -34.93),
    City("CE", "fortaleza", 0.63, -3.73, -38.53),
    City("PA", "belem", 0.43, -1.45, -48.48),
    City("MT", "cuiaba", 0.24, -15.60, -56.10),
    City("MA", "sao luis", 0.35, -2.53, -44.28),
    City("MS", "campo grande", 0.29, -20.46, -54.61),
    City("PB", "joao pessoa", 0.26, -7.12, -34.88),
    City("RN", "natal", 0.27, -5.79, -35.21),
    City("PI", "teresina", 0.29, -5.09, -42.80),
    City("AL", "maceio", 0.27, -9.65, -35.74),
    City("SE", "aracaju", 0.24, -10.93, -37.07),
    City("TO", "palmas", 0.10, -10.18, -48.33),
    City("RO", "porto velho", 0.11, -8.76, -63.90),
    City("AM", "manaus", 0.12, -3.10, -60.02),
    City("AC", "rio branco", 0.07, -9.97, -67.81),
    City("AP", "macapa", 0.05, 0.03, -51.07),
    City("RR", "boa vista", 0.04, 2.82, -60.67),
)

TOWN_FIRST_WORDS = (
    "santo antonio", "sao jose", "santa rita", "bom jesus", "nova esperanca", "campo alegre", "vila nova",
    "porto real", "agua boa", "serra azul", "lagoa grande", "monte verde", "barra mansa", "ribeirao claro",
    "sao joao", "santa luzia", "pedra branca", "morro alto", "boa fe", "tres rios", "palmeiral", "capao bonito",
    "jardim", "sao miguel", "conceicao", "santa clara", "sao bento", "riacho fundo", "ponte nova", "rio manso",
    "alto alegre", "cachoeira", "capim branco", "cruzeiro", "fazenda nova", "areia branca", "mata verde", "olho d'agua",
    "paraiso", "pinhal", "queimadas", "sao pedro", "santa helena", "varzea",
)  # fmt: skip
TOWN_LAST_WORDS = (
    "do norte", "do sul", "da serra", "do campo", "das flores", "do oeste", "da mata", "dos pinhais", "da barra",
    "do vale", "das aguas", "do planalto", "do sertao", "da ponte", "do rio", "das pedras", "da praia", "novo",
    "velho", "dos coqueiros", "da lagoa", "das palmeiras", "do leste", "do ouro", "da gloria", "do pinhal",
    "dos campos", "da cachoeira", "do monte", "da colina", "das neves", "do caju", "da fonte", "do cerrado", "da ilha",
    "dos ventos", "do farol", "da uniao", "das garcas", "do ipe", "do lago", "da aurora",
)  # fmt: skip

# Words as people with a Portuguese keyboard write them; the geolocation file mixes both spellings.
ACCENTED_WORDS = {
    "sao": "são", "antonio": "antônio", "jose": "josé", "joao": "joão", "agua": "água", "aguas": "águas",
    "ribeirao": "ribeirão", "esperanca": "esperança", "brasilia": "brasília", "goiania": "goiânia",
    "vitoria": "vitória", "belem": "belém", "cuiaba": "cuiabá", "maceio": "maceió", "macapa": "macapá",
    "niteroi": "niterói", "maringa": "maringá", "florianopolis": "florianópolis", "goncalo": "gonçalo",
    "iguacu": "iguaçu", "uberlandia": "uberlândia", "jundiai": "jundiaí", "andre": "andré", "tres": "três",
    "sertao": "sertão", "gloria": "glória", "conceicao": "conceição", "capao": "capão", "fe": "fé", "luis": "luís",
    "uniao": "união", "garcas": "garças", "ipe": "ipê", "varzea": "várzea", "paraiso": "paraíso",
}  # fmt: skip
