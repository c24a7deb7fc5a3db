import type Stripe from "stripe";
import { missingResource } from "../api-error.ts";
import { CONTRACT } from "../contract.ts";
import { newId } from "../ids.ts";
import { now, recordEvent } from "../ledger.ts";
import type { ListParams } from "../listing.ts";
import { buildPrice, buildProduct } from "../objects/catalog.ts";
import {
  changeMetadata,
  find,
  list,
  operation,
  playing,
  type Call,
  type Operation,
} from "./operation.ts";

export const CATALOG: readonly Operation[] = [
  operation<Stripe.ProductCreateParams>("POST /v1/products", CONTRACT.productCreate, (call) => {
    const { ledger, params, livemode, cause } = call;
    const product = buildProduct(params, livemode, now(ledger));
    ledger.state.products.set(product.id, product);
    recordEvent(ledger, "product.created", product, livemode, cause);
    return product;
  }),
  operation<Stripe.ProductListParams & ListParams>(
    "GET /v1/products",
    CONTRACT.productList,
    (call) => list(call, call.ledger.state.products.values(), "products", ["active"]),
  ),
  operation("GET /v1/products/:id", CONTRACT.nothing, (call) =>
    find(call.ledger.state.products, call, "product"),
  ),
  operation<Stripe.ProductUpdateParams>(
    "POST /v1/products/:id",
    playing(CONTRACT.productUpdate, "name active metadata"),
    (call) => {
      const product = find(call.ledger.state.products, call, "product");
      product.name = call.params.name ?? product.name;
      product.active = call.params.active ?? product.active;
      changeMetadata(product, call.params.metadata);
      recordEvent(call.ledger, "product.updated", product, call.livemode, call.cause);
      return product;
    },
  ),
  operation<Stripe.PriceCreateParams>("POST /v1/prices", CONTRACT.priceCreate, createPrice),
  operation<Stripe.PriceListParams & ListParams>("GET /v1/prices", CONTRACT.priceList, (call) =>
    list(call, call.ledger.state.prices.values(), "prices", ["active", "currency", "product"]),
  ),
  operation("GET /v1/prices/:id", CONTRACT.nothing, (call) =>
    find(call.ledger.state.prices, call, "price"),
  ),
  operation<Stripe.PriceUpdateParams>(
    "POST /v1/prices/:id",
    playing(CONTRACT.priceUpdate, "active nickname metadata"),
    (call) => {
      const price = find(call.ledger.state.prices, call, "price");
      price.active = call.params.active ?? price.active;
      price.nickname = call.params.nickname ?? price.nickname;
      changeMetadata(price, call.params.metadata);
      recordEvent(call.ledger, "price.updated", price, call.livemode, call.cause);
      return price;
    },
  ),
];

function createPrice(call: Call<Stripe.PriceCreateParams>): Stripe.Price {
  const { ledger, params, livemode, cause } = call;
  const { product_data: data } = params;
  let product = params.product ?? "";
  if (data) {
    product = data.id ?? newId("prod", 14);
    const made = buildProduct({ name: data.name, id: product }, livemode, now(ledger));
    ledger.state.products.set(product, made);
  }
  if (ledger.state.products.get(product)?.livemode !== livemode)
    throw missingResource("product", product, "product");
  const price = buildPrice({ ...params, product }, livemode, now(ledger));
  ledger.state.prices.set(price.id, price);
  recordEvent(ledger, "price.created", price, livemode, cause);
  return price;
}
