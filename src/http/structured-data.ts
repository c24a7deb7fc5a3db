import type { Course } from "#lib/courses/course.ts";
import { decimalAmount } from "#lib/orders/money.ts";

/** A course with its offer, as search engines read it (schema.org/Course). */
export function courseStructuredData(course: Course, site: string): Record<string, unknown> {
  const url = new URL(`/courses/${course.slug}`, site).href;
  return {
    "@context": "https://schema.org",
    "@type": "Course",
    name: course.title,
    description: course.summary,
    url,
    image: `${url}/social.png`,
    educationalLevel: course.level,
    dateModified: course.revisedOn,
    provider: { "@type": "Organization", name: "Slipway", url: new URL("/", site).href },
    hasCourseInstance: {
      "@type": "CourseInstance",
      courseMode: "Online",
      courseWorkload: `PT${course.minutesTotal}M`,
    },
    offers: {
      "@type": "Offer",
      url,
      category: "Paid",
      price: decimalAmount(course.priceAmount, course.currency),
      priceCurrency: course.currency.toUpperCase(),
      availability: "https://schema.org/InStock",
    },
  };
}
