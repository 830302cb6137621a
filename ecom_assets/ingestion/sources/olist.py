"""Declaration of the Olist marketplace files: names, columns, types, keys.

Belongs here: facts about the files as they are delivered. Does not belong here: cleaning or meaning
(dbt staging), reading (``ingestion.csv_text``).
"""

from __future__ import annotations

from ecom_assets.ingestion.schema import Column, ColumnType, Source, Table

_TEXT = ColumnType.TEXT
_INTEGER = ColumnType.INTEGER
_DOUBLE = ColumnType.DOUBLE
_MONEY = ColumnType.MONEY
_TIMESTAMP = ColumnType.TIMESTAMP

ORDERS = Table(
    name="orders",
    file_stems=("olist_orders_dataset",),
    description="One row per order. Times are local and naive.",
    key=("order_id",),
    event_column="order_purchase_timestamp",
    columns=(
        Column("order_id", _TEXT, "Order.", required=True),
        Column("customer_id", _TEXT, "Customer record of this order; one per order, not per person.", required=True),
        Column("order_status", _TEXT, "Final status of the order; carries no date of its own.", required=True),
        Column("order_purchase_timestamp", _TIMESTAMP, "When the order was placed.", required=True),
        Column("order_approved_at", _TIMESTAMP, "When the payment was approved."),
        Column("order_delivered_carrier_date", _TIMESTAMP, "When the seller handed the parcel to the carrier."),
        Column("order_delivered_customer_date", _TIMESTAMP, "When the customer received the parcel."),
        Column(
            "order_estimated_delivery_date",
            _TIMESTAMP,
            "Delivery date promised at purchase, always a midnight.",
            required=True,
        ),
    ),
)

ORDER_ITEMS = Table(
    name="order_items",
    file_stems=("olist_order_items_dataset",),
    description="One row per unit in an order.",
    key=("order_id", "order_item_id"),
    columns=(
        Column("order_id", _TEXT, "Order.", required=True),
        Column("order_item_id", _INTEGER, "Position in the order, from 1.", required=True),
        Column("product_id", _TEXT, "Product.", required=True),
        Column("seller_id", _TEXT, "Seller who ships it.", required=True),
        Column(
            "shipping_limit_date",
            _TIMESTAMP,
            "Until when the seller should hand over; set at approval.",
            required=True,
        ),
        Column("price", _MONEY, "Price of the unit in BRL.", required=True),
        Column("freight_value", _MONEY, "Freight charged for the unit in BRL.", required=True),
    ),
)

ORDER_PAYMENTS = Table(
    name="order_payments",
    file_stems=("olist_order_payments_dataset",),
    description="One row per means of payment used for an order.",
    key=("order_id", "payment_sequential"),
    columns=(
        Column("order_id", _TEXT, "Order.", required=True),
        Column("payment_sequential", _INTEGER, "Position among the order's payments, from 1.", required=True),
        Column("payment_type", _TEXT, "Means of payment.", required=True),
        Column("payment_installments", _INTEGER, "Number of instalments.", required=True),
        Column("payment_value", _MONEY, "Amount in BRL.", required=True),
    ),
)

ORDER_REVIEWS = Table(
    name="order_reviews",
    file_stems=("olist_order_reviews_dataset",),
    description="One row per review and order; review_id alone repeats.",
    key=("review_id", "order_id"),
    event_column="review_answer_timestamp",
    max_lag_days=14,
    columns=(
        Column("review_id", _TEXT, "Review; the same one can stand at several orders.", required=True),
        Column("order_id", _TEXT, "Order.", required=True),
        Column("review_score", _INTEGER, "Stars, 1 to 5.", required=True),
        Column("review_comment_title", _TEXT, "Free text title.", pii=True),
        Column("review_comment_message", _TEXT, "Free text of the review.", pii=True),
        Column("review_creation_date", _TIMESTAMP, "When the survey was sent, a midnight.", required=True),
        Column("review_answer_timestamp", _TIMESTAMP, "When the customer answered it.", required=True),
    ),
)

CUSTOMERS = Table(
    name="customers",
    file_stems=("olist_customers_dataset",),
    description="One row per order's customer record; customer_unique_id is the person.",
    key=("customer_id",),
    columns=(
        Column("customer_id", _TEXT, "Customer record, one per order.", required=True),
        Column("customer_unique_id", _TEXT, "Person.", required=True),
        Column("customer_zip_code_prefix", _TEXT, "First five digits of the zip code.", required=True, pii=True),
        Column("customer_city", _TEXT, "City.", pii=True),
        Column("customer_state", _TEXT, "State, two letters.", required=True),
    ),
)

PRODUCTS = Table(
    name="products",
    file_stems=("olist_products_dataset",),
    description="One row per product.",
    key=("product_id",),
    columns=(
        Column("product_id", _TEXT, "Product.", required=True),
        Column("product_category_name", _TEXT, "Category in Portuguese."),
        Column("product_name_lenght", _INTEGER, "Characters of the product's name (misspelt in the source)."),
        Column("product_description_lenght", _INTEGER, "Characters of the description (misspelt in the source)."),
        Column("product_photos_qty", _INTEGER, "Number of photos."),
        Column("product_weight_g", _INTEGER, "Weight in grams."),
        Column("product_length_cm", _INTEGER, "Length in centimetres."),
        Column("product_height_cm", _INTEGER, "Height in centimetres."),
        Column("product_width_cm", _INTEGER, "Width in centimetres."),
    ),
)

SELLERS = Table(
    name="sellers",
    file_stems=("olist_sellers_dataset",),
    description="One row per seller.",
    key=("seller_id",),
    columns=(
        Column("seller_id", _TEXT, "Seller.", required=True),
        Column("seller_zip_code_prefix", _TEXT, "First five digits of the zip code.", required=True, pii=True),
        Column("seller_city", _TEXT, "City.", pii=True),
        Column("seller_state", _TEXT, "State, two letters.", required=True),
    ),
)

GEOLOCATION = Table(
    name="geolocation",
    file_stems=("olist_geolocation_dataset",),
    description="One row per observed point of a zip prefix; rows repeat.",
    optional=True,
    columns=(
        Column("geolocation_zip_code_prefix", _TEXT, "First five digits of the zip code.", required=True, pii=True),
        Column("geolocation_lat", _DOUBLE, "Latitude in degrees.", required=True, pii=True),
        Column("geolocation_lng", _DOUBLE, "Longitude in degrees.", required=True, pii=True),
        Column("geolocation_city", _TEXT, "City, with or without accents.", pii=True),
        Column("geolocation_state", _TEXT, "State, two letters."),
    ),
)

PRODUCT_CATEGORY_NAME_TRANSLATION = Table(
    name="product_category_name_translation",
    file_stems=("product_category_name_translation",),
    description="One row per product category that has an English name.",
    key=("product_category_name",),
    columns=(
        Column("product_category_name", _TEXT, "Category in Portuguese.", required=True),
        Column("product_category_name_english", _TEXT, "Category in English.", required=True),
    ),
)

OLIST = Source(
    name="olist",
    title="Olist",
    kaggle_handle="olistbr/brazilian-ecommerce",
    licence="CC BY-NC-SA 4.0",
    tables=(
        ORDERS,
        ORDER_ITEMS,
        ORDER_PAYMENTS,
        ORDER_REVIEWS,
        CUSTOMERS,
        PRODUCTS,
        SELLERS,
        GEOLOCATION,
        PRODUCT_CATEGORY_NAME_TRANSLATION,
    ),
)
