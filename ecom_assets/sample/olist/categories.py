"""Product categories with their English names and typical figures.

Belongs here: public category names and measured levels. Does not belong here: products.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Category:
    """One product category.

    Attributes
    ----------
    name
        Portuguese name as it stands in the products file.
    english
        Name in the translation file; empty for the two that it lacks.
    products
        Products at scale 1.
    log_price, log_price_spread
        Mean and standard deviation of the logarithm of the price in BRL.
    log_weight
        Mean logarithm of the weight in grams.
    """

    name: str
    english: str
    products: int
    log_price: float
    log_price_spread: float
    log_weight: float


CATEGORIES = (
    Category("beleza_saude", "health_beauty", 2444, 4.36, 0.98, 6.26),
    Category("informatica_acessorios", "computers_accessories", 1639, 4.33, 0.86, 5.99),
    Category("automotivo", "auto", 1900, 4.40, 1.01, 6.80),
    Category("cama_mesa_banho", "bed_bath_table", 3029, 4.31, 0.68, 7.13),
    Category("moveis_decoracao", "furniture_decor", 2657, 4.16, 0.76, 7.09),
    Category("esporte_lazer", "sports_leisure", 2867, 4.37, 0.85, 6.62),
    Category("perfumaria", "perfumery", 868, 4.39, 0.92, 5.99),
    Category("utilidades_domesticas", "housewares", 2335, 4.08, 0.89, 6.96),
    Category("telefonia", "telephony", 1134, 3.66, 0.92, 5.30),
    Category("relogios_presentes", "watches_gifts", 1329, 4.87, 0.92, 5.86),
    Category("alimentos_bebidas", "food_drink", 104, 3.74, 0.79, 6.40),
    Category("bebes", "baby", 919, 4.43, 0.91, 6.75),
    Category("papelaria", "stationery", 849, 4.28, 0.76, 6.48),
    Category("tablets_impressao_imagem", "tablets_printing_image", 9, 4.30, 0.65, 5.70),
    Category("brinquedos", "toys", 1411, 4.43, 0.81, 6.55),
    Category("telefonia_fixa", "fixed_telephony", 116, 4.73, 1.52, 6.03),
    Category("ferramentas_jardim", "garden_tools", 753, 4.29, 0.79, 7.03),
    Category("fashion_bolsas_e_acessorios", "fashion_bags_accessories", 849, 4.01, 0.76, 5.30),
    Category("eletroportateis", "small_appliances", 231, 4.84, 1.23, 7.44),
    Category("consoles_games", "consoles_games", 317, 4.35, 1.12, 5.86),
    Category("audio", "audio", 58, 4.29, 1.17, 5.99),
    Category("fashion_calcados", "fashion_shoes", 173, 4.25, 0.64, 6.80),
    Category("cool_stuff", "cool_stuff", 789, 4.77, 0.88, 7.00),
    Category("malas_acessorios", "luggage_accessories", 349, 4.63, 0.68, 6.86),
    Category("climatizacao", "air_conditioning", 124, 4.97, 0.87, 8.12),
    Category("construcao_ferramentas_construcao", "construction_tools_construction", 400, 4.47, 1.04, 7.28),
    Category(
        "moveis_cozinha_area_de_servico_jantar_e_jardim",
        "kitchen_dining_laundry_garden_furniture",
        94,
        4.68,
        0.87,
        9.21,
    ),
    Category("construcao_ferramentas_jardim", "costruction_tools_garden", 88, 4.23, 1.04, 6.94),
    Category("fashion_roupa_masculina", "fashion_male_clothing", 95, 4.07, 0.65, 6.21),
    Category("pet_shop", "pet_shop", 719, 4.36, 0.80, 6.75),
    Category("moveis_escritorio", "office_furniture", 309, 4.97, 0.46, 9.36),
    Category("market_place", "market_place", 104, 4.28, 0.79, 6.29),
    Category("eletronicos", "electronics", 517, 3.40, 0.97, 5.52),
    Category("eletrodomesticos", "home_appliances", 370, 3.96, 0.92, 5.86),
    Category("artigos_de_festas", "party_supplies", 26, 4.08, 0.98, 7.21),
    Category("casa_conforto", "home_confort", 111, 4.63, 0.79, 7.70),
    Category("construcao_ferramentas_ferramentas", "costruction_tools_tools", 39, 4.32, 1.01, 6.68),
    Category("agro_industria_e_comercio", "agro_industry_and_commerce", 74, 5.05, 1.31, 7.89),
    Category("moveis_colchao_e_estofado", "furniture_mattress_and_upholstery", 10, 4.62, 0.47, 9.07),
    Category("livros_tecnicos", "books_technical", 123, 3.96, 0.78, 6.55),
    Category("casa_construcao", "home_construction", 225, 4.53, 0.86, 6.91),
    Category("instrumentos_musicais", "musical_instruments", 289, 4.83, 1.17, 6.96),
    Category("moveis_sala", "furniture_living_room", 156, 4.67, 0.74, 8.72),
    Category("construcao_ferramentas_iluminacao", "construction_tools_lights", 78, 4.57, 0.81, 6.88),
    Category("industria_comercio_e_negocios", "industry_commerce_and_business", 68, 4.69, 0.62, 8.35),
    Category("alimentos", "food", 82, 3.78, 0.63, 6.29),
    Category("artes", "art", 55, 4.32, 0.81, 6.55),
    Category("moveis_quarto", "furniture_bedroom", 45, 4.75, 0.81, 9.27),
    Category("livros_interesse_geral", "books_general_interest", 216, 4.04, 0.91, 6.21),
    Category("construcao_ferramentas_seguranca", "construction_tools_safety", 91, 4.82, 1.03, 6.40),
    Category("fashion_underwear_e_moda_praia", "fashion_underwear_beach", 53, 4.01, 0.98, 5.70),
    Category("fashion_esporte", "fashion_sport", 19, 3.98, 0.48, 5.52),
    Category("sinalizacao_e_seguranca", "signaling_and_security", 93, 3.68, 1.16, 6.35),
    Category("pcs", "computers", 30, 6.83, 0.46, 8.88),
    Category("artigos_de_natal", "christmas_supplies", 65, 3.44, 1.05, 6.31),
    Category("fashion_roupa_feminina", "fashio_female_clothing", 27, 3.91, 0.59, 6.21),
    Category("eletrodomesticos_2", "home_appliances_2", 90, 5.48, 1.12, 9.11),
    Category("livros_importados", "books_imported", 31, 4.19, 0.67, 6.48),
    Category("bebidas", "drinks", 81, 3.77, 0.76, 7.17),
    Category("cine_foto", "cine_photo", 28, 3.80, 1.01, 5.93),
    Category("la_cuisine", "la_cuisine", 10, 4.96, 0.17, 7.85),
    Category("musica", "music", 27, 4.26, 1.50, 5.52),
    Category("casa_conforto_2", "home_comfort_2", 5, 2.99, 0.93, 6.55),
    Category("portateis_casa_forno_e_cafe", "small_appliances_home_oven_and_coffee", 31, 5.54, 1.42, 7.38),
    Category("cds_dvds_musicais", "cds_dvds_musicals", 1, 3.91, 0.18, 6.31),
    Category("dvds_blu_ray", "dvds_blu_ray", 48, 3.57, 1.09, 5.30),
    Category("flores", "flowers", 14, 3.50, 0.51, 6.40),
    Category("artes_e_artesanato", "arts_and_craftmanship", 19, 4.00, 0.99, 6.21),
    Category("fraldas_higiene", "diapers_and_hygiene", 12, 3.51, 0.47, 6.35),
    Category("fashion_roupa_infanto_juvenil", "fashion_childrens_clothes", 5, 4.20, 0.42, 5.70),
    Category("seguros_e_servicos", "security_and_services", 2, 4.91, 0.43, 6.70),
    Category("pc_gamer", "", 3, 4.99, 0.27, 6.68),
    Category("portateis_cozinha_e_preparadores_de_alimentos", "", 10, 4.53, 1.70, 6.93),
)
