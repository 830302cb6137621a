"""Invented review texts in simple Portuguese.

Belongs here: phrases and how they are put together. Does not belong here: scores and dates.
"""

from __future__ import annotations

import numpy as np

from ecom_assets.sample.draws import Integers, Texts, choose

QUOTED_SHARE = 0.0034
LINE_BREAK_SHARE = 0.098
_LONG_SHARE = 0.55

_GOOD = (
    "gostei muito", "chegou antes do prazo", "produto excelente", "recomendo a loja", "tudo certo com a compra",
    "entrega muito rapida", "ótima qualidade", "veio bem embalado", "super satisfeita", "igual ao da foto",
    "minha mãe adorou o presente", "vou comprar de novo", "preço muito bom", "funciona direitinho",
)  # fmt: skip
_MIXED = (
    "produto bom mas demorou", "a cor é um pouco diferente", "esperava um material melhor", "atende ao que promete",
    "a caixa veio amassada", "tamanho menor do que pensei", "entrega no limite do prazo", "é razoável pelo preço",
    "faltou o manual", "ainda não testei tudo",
)  # fmt: skip
_BAD = (
    "ainda não recebi o pedido", "veio com defeito", "recebi só uma parte da compra", "produto errado",
    "ninguém responde os emails", "não é original", "quero meu dinheiro de volta", "péssima experiência",
    "atrasou e não avisaram", "chegou quebrado", "muito ruim", "não recomendo",
)  # fmt: skip
_JOINS = (". ", ", ", " e ", "! ", ", mas ", ". ")
_ENDS = ("", ".", "!", "!!", " :)", ", obrigado.")
_TITLES = (
    ("Não recebi", "Péssimo", "Decepcionante", "Não comprem", "Atraso"),
    ("Ruim", "Não gostei", "Demorou"),
    ("Regular", "Mais ou menos", "Razoável"),
    ("Bom", "Gostei", "Bom produto"),
    ("Recomendo", "Ótimo", "Muito bom", "Excelente", "Super recomendo", "10"),
)
_BY_SCORE = (_BAD, (*_BAD, *_MIXED), _MIXED, (*_GOOD, *_MIXED), _GOOD)
# Phrases that a reader may have put into quotation marks.
_QUOTES = ('"entregue"', '"novo"', '"original"', '"em transporte"')


def _by_score(rng: np.random.Generator, score: Integers, choices: tuple[tuple[str, ...], ...]) -> Texts:
    """Draw a phrase for each score."""
    longest = max(len(phrase) for phrases in choices for phrase in phrases)
    drawn = np.zeros(len(score), dtype=f"U{longest}")
    for index, phrases in enumerate(choices):
        members = np.flatnonzero(score == index + 1)
        drawn[members] = np.array(phrases)[rng.integers(0, len(phrases), len(members))]
    return drawn


def titles(rng: np.random.Generator, score: Integers) -> Texts:
    """Return a title for each score."""
    return _by_score(rng, score, _TITLES)


def messages(rng: np.random.Generator, score: Integers) -> Texts:
    """Return a message for each score; some hold line breaks, commas and quotation marks."""
    count = len(score)
    opening, detail = (_by_score(rng, score, _BY_SCORE) for _ in range(2))
    join = np.array(_JOINS)[rng.integers(0, len(_JOINS), count)]
    join[choose(rng, np.arange(count), max(1, round(LINE_BREAK_SHARE * count)))] = "\r\n"
    long = (rng.random(count) < _LONG_SHARE) | (join == "\r\n")
    text = np.where(long, np.strings.add(np.strings.add(opening, join), detail), opening)
    quoted = choose(rng, np.arange(count), max(1, round(QUOTED_SHARE * count)))
    said = np.array(_QUOTES)[rng.integers(0, len(_QUOTES), len(quoted))]
    width = int(np.strings.str_len(text).max()) + 40
    result = text.astype(f"U{width}")
    result[quoted] = np.strings.add(np.strings.add(result[quoted], " "), said)
    return np.strings.add(result, np.array(_ENDS)[rng.integers(0, len(_ENDS), count)])
