{{ config(meta={'dagster': {'ref': {'name': 'ftr_item_transitions'}}}) }}

-- From each item on each date, the shares of the next items are a whole.
select
    item_id,
    as_of_date,
    sum(probability) as probability
from {{ ref('ftr_item_transitions') }}
group by item_id, as_of_date
having abs(sum(probability) - 1) > 1e-9
